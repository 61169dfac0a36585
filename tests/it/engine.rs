//! Engines, run for real.
