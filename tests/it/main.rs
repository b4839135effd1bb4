//! One test binary; a module for each subject.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot read its own files has failed, and needs no better words"
)]

mod bad;
mod cli;
mod demo;
mod docs;
mod house;
mod placement;
mod promise;
mod recipes;
mod support;
mod sweep;
mod verdict;
mod verify;
