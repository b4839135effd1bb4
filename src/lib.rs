//! scumble: an engine for edit recipes.
//!
//! A recipe says how to change one thing in a picture that already exists. The engine has the edit
//! done by a provider and keeps one promise: **whatever comes back, every pixel outside the edit
//! area of the final picture is the source's own, bit for bit, and a record says how far the raw
//! reply had drifted.**
//!
//! # The house
//!
//! Rooms from the top floor down; a file imports only from floors below its own, and
//! `tests/it/house.rs` holds it. `docs/architecture.md` tells the same with more words.
//!
//! | floor | rooms |
//! | --- | --- |
//! | 8 | [`cli`]: the verbs, thin |
//! | 7 | [`engine`]: resolve, plan, execute, verify, deliver; begin at [`engine::run`] |
//! | 6 | [`route`]: candidates, and who is chosen |
//! | 5 | [`provider`]: who can edit · [`library`]: where recipes are found |
//! | 4 | [`recipe`]: what to change, written once |
//! | 3 | [`picture`]: pixels, pure · [`store`]: bytes by content |
//! | 2 | [`fs`]: the disk |
//! | 1 | [`error`]: the one error |
//! | 0 | [`source`], [`suggest`], [`money`]: the ground |

pub mod cli;
pub mod engine;
pub mod error;
pub mod fs;
pub mod library;
pub mod money;
pub mod picture;
pub mod provider;
pub mod recipe;
pub mod route;
pub mod source;
pub mod store;
pub mod suggest;

pub use error::{Error, ErrorKind, Result};
