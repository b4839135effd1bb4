//! Long sweeps, run by `.ci/run` with `--ignored`; each has a short version that every run takes.

pub(crate) mod cases;
mod dump;
mod pictures;
mod registration;
