//! What the layout is, piece by piece.
