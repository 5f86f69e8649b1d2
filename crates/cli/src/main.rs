//! The tieline command.
fn main() {}
