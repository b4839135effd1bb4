//! One test binary; a module for each subject.

mod bad;
mod cli;
mod demo;
mod docs;
mod house;
mod promise;
mod recipes;
mod support;
