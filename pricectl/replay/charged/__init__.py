"""What jobs were charged, beside what they should have been by other prices; nothing is booked."""
