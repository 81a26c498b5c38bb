"""What can be measured: the types, the statistics, and one probe per file."""
