//! Long sweeps, run by `.ci/run` with `--ignored`; each has a short version that every run takes.

#![expect(clippy::print_stdout, reason = "a sweep's output is its tables")]

pub(crate) mod cases;
mod dump;
mod pictures;
mod registration;
