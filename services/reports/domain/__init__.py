"""What is decided about money and reports, without I/O: amounts are exact decimals."""
