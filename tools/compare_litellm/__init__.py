"""Our quotes beside litellm's on every row of litellm's own price map."""
