//! Views of plans, runs and conflicts.
