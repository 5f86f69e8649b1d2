//! Made-up contacts of a known truth, and one warm plan over them: for the comparison with other tools, for the count of
//! instructions, and for the benchmarks of the parts.

pub mod folder;
pub mod measured;
pub mod people;
pub mod phone_side;
pub mod verdicts;
