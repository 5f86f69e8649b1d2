//! Parts of the benchmark.

pub(crate) mod cost;
pub(crate) mod data;
pub(crate) mod speed;
