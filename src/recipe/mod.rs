//! Recipes: what to change, written once.
//!
//! Text becomes a [`file::RecipeFile`] (what was written), which [`load`] checks and turns into a
//! [`Recipe`] (what is meant). Every template, parameter and option keeps its place in the file, so
//! that whatever goes wrong later can still point at the line.

pub mod brand;
mod check;
pub mod file;
mod load;
pub mod model;
pub mod options;
pub mod params;
pub mod prompt;
pub mod sizes;
pub mod target;
pub mod verify;
mod written;

use std::sync::Arc;

use crate::error::{ErrorKind, Result};
use crate::source::Source;

pub use brand::Brand;
pub use load::load;
pub use model::{Covers, Kind, MaskNeed, Need, Recipe, Tier};
pub use options::{OptionKind, OptionSpec, Options};
pub use params::{Param, ParamType, ParamValue};
pub use prompt::{Partials, Template, Wording};
pub use verify::{Checks, VerifyRule};

/// Reads a project file.
///
/// # Errors
/// Kind `Config`, at the place in the file.
pub fn read_project(source: &Arc<Source>) -> Result<file::ProjectFile> {
    written::read(source, ErrorKind::Config, "project file")
}
