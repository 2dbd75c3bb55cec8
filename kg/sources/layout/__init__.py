"""Page layout of PDFs: lines with their positions and fonts in, the parts of a paper's header out."""
