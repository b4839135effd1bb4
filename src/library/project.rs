//! Projects: a folder with a `scumble.toml`.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fs;
use crate::recipe::file::ProjectFile;
use crate::source::Source;
use crate::{ErrorKind, recipe};

/// The file that marks a project, also when it is empty.
pub const PROJECT_FILE: &str = "scumble.toml";

/// A folder that recipes and brands of one customer or campaign lie in.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    file: ProjectFile,
}

impl Project {
    /// The project that a folder belongs to: the nearest `scumble.toml` here or above.
    ///
    /// # Errors
    /// Kind `Config` when the file is wrong.
    pub fn containing(folder: &Path) -> Result<Option<Self>> {
        let Some(root) = folder
            .ancestors()
            .find(|above| above.join(PROJECT_FILE).is_file())
        else {
            return Ok(None);
        };
        let path = root.join(PROJECT_FILE);
        let source = Source::new(PROJECT_FILE, fs::read_text(&path, ErrorKind::Config)?);
        let file = recipe::read_project(&source)?;
        Ok(Some(Self {
            root: root.to_owned(),
            file,
        }))
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The brand file every recipe draws on, if the project names one.
    pub fn brand(&self) -> Option<PathBuf> {
        self.file
            .brand
            .as_ref()
            .map(|path| self.root.join(path.get_ref()))
    }
}
