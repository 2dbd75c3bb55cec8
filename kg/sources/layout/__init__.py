"""What stands where on the pages of a PDF, and what it is by its place, size and font."""
