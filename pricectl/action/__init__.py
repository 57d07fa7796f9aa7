"""What the GitHub action runs: find the base, run validate and diff, tell the result.

`action.yml` calls `python -m pricectl.action STEP`. It is not a command of `pricectl`, since it
takes everything from the environment of a workflow.
"""
