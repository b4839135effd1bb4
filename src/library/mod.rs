//! Where recipes, partials and brands are found.
//!
//! A bare name is looked up in the project (`recipes/` beside `scumble.toml`), then in the user's
//! folder, then among the built-ins. A word that ends in `.toml` or begins with `.` or `/` is a file.

mod builtin;
mod project;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::fs;
use crate::recipe::{self, Brand, Partials, Recipe};
use crate::source::Source;
use crate::suggest;

pub use builtin::{NAMES as BUILTIN_NAMES, sample};
pub use project::{PROJECT_FILE, Project};

/// The places where recipes lie.
#[derive(Debug, Default)]
pub struct Library {
    project: Option<Project>,
    user: Option<PathBuf>,
}

/// Where a recipe was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A file the user named.
    File,
    /// `recipes/` of the project.
    Project,
    /// The user's own folder.
    #[serde(rename = "yours")]
    User,
    /// Part of scumble.
    BuiltIn,
}

impl Origin {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Project => "project",
            Self::User => "yours",
            Self::BuiltIn => "built-in",
        }
    }
}

/// A recipe and where it was found.
#[derive(Debug)]
pub struct Found {
    /// The checked recipe.
    pub recipe: Recipe,
    /// Where it was found.
    pub origin: Origin,
}

impl Library {
    /// The library of a project and a user's configuration folder; either may be missing.
    pub fn new(project: Option<Project>, user: Option<PathBuf>) -> Self {
        Self { project, user }
    }

    /// Finds and checks a recipe by name or path.
    ///
    /// # Errors
    /// Kind `Usage` when there is none of that name; `Recipe` or `Prompt` when it is wrong.
    pub fn find(&self, word: &str) -> Result<Found> {
        if word.ends_with(".toml") || word.starts_with(['.', '/']) {
            return load_file(Path::new(word), word, Origin::File);
        }
        if word.contains('/') {
            return Err(
                Error::new(ErrorKind::Usage, format!("unknown recipe `{word}`"))
                    .hint("a recipe file is named with its ending: `./my-recipe.toml`"),
            );
        }
        for (folder, origin) in self.folders() {
            let path = folder.join(format!("{word}.toml"));
            if path.is_file() {
                return load_file(&path, &path.display().to_string(), origin);
            }
        }
        if let Some(text) = builtin::recipe(word) {
            let source = Source::new(format!("{word}.toml (built-in)"), text);
            return recipe::load(&source, &builtin::BuiltInPartials).map(|recipe| Found {
                recipe,
                origin: Origin::BuiltIn,
            });
        }
        let names = self.names();
        Err(
            Error::new(ErrorKind::Usage, format!("unknown recipe `{word}`")).hint(
                match suggest::closest(word, names.iter().map(String::as_str)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "see `scumble list`".to_owned(),
                },
            ),
        )
    }

    /// The names that can be found, those of the project first, each once.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let files = self
            .folders()
            .into_iter()
            .flat_map(|(folder, _)| fs::list(&folder, "toml"));
        let stems = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        for name in stems.chain(builtin::NAMES.iter().map(|name| (*name).to_owned())) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Finds and reads a brand: a file the user named, the project's, or the built-in one.
    ///
    /// # Errors
    /// Kind `Config` when it is not there or wrong.
    pub fn brand(&self, named: Option<&Path>) -> Result<Brand> {
        let Some(path) = self.brand_path(named) else {
            return Ok(Brand::plain());
        };
        let text = fs::read_text(&path, ErrorKind::Config).map_err(|fault| match named {
            Some(_) => {
                fault.hint("`--brand` takes a brand file; `scumble schema brand` describes it")
            }
            None => fault.hint("the project names it as `brand` in scumble.toml"),
        })?;
        Brand::load(&Source::new(path.display().to_string(), text))
    }

    /// The brand file that counts, if there is one.
    pub fn brand_path(&self, named: Option<&Path>) -> Option<PathBuf> {
        named
            .map(Path::to_owned)
            .or_else(|| self.project.as_ref().and_then(Project::brand))
    }

    fn folders(&self) -> Vec<(PathBuf, Origin)> {
        let project = self
            .project
            .iter()
            .map(|p| (p.root().join("recipes"), Origin::Project));
        let user = self
            .user
            .iter()
            .map(|user| (user.join("recipes"), Origin::User));
        project.chain(user).collect()
    }
}

fn load_file(path: &Path, shown: &str, origin: Origin) -> Result<Found> {
    let text = fs::read_text(path, ErrorKind::Recipe).map_err(|fault| {
        if path.extension().is_some() {
            fault
        } else {
            fault.hint("a recipe file ends in `.toml`")
        }
    })?;
    let source = Source::new(shown, text);
    let recipe = recipe::load(&source, &FolderPartials::beside(path))?;
    Ok(Found { recipe, origin })
}

/// Partials that lie in `partials/` beside the recipe, or beside its `recipes/` folder.
#[derive(Debug)]
struct FolderPartials {
    /// The recipe's folder, or the one above `recipes/`.
    root: PathBuf,
    folders: Vec<PathBuf>,
}

impl FolderPartials {
    fn beside(recipe: &Path) -> Self {
        let folder = match recipe.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut folders = vec![folder.join("partials")];
        let mut root = folder.to_owned();
        if folder.file_name().is_some_and(|name| name == "recipes") {
            root = folder.join("..");
            folders.push(root.join("partials"));
        }
        Self { root, folders }
    }
}

impl Partials for FolderPartials {
    fn partial(&self, name: &str) -> Result<Option<Arc<Source>>> {
        let plain = |part: &str| {
            !part.is_empty() && part != ".." && part != "." && !part.contains(['\\', ':'])
        };
        if !name.split('/').all(plain) {
            return Err(Error::new(
                ErrorKind::Prompt,
                format!("`{name}` is not a partial's name"),
            )
            .hint("a partial is named by its path inside `partials/`"));
        }
        for folder in &self.folders {
            let path = folder.join(name);
            if !path.is_file() {
                continue;
            }
            // No link may lead out of the recipe's own tree: a shared recipe could send any file away.
            let inside = match (path.canonicalize(), self.root.canonicalize()) {
                (Ok(real), Ok(root)) => real.starts_with(root),
                _ => false,
            };
            if !inside {
                let message = format!("the partial `{name}` lies outside the recipe's folder");
                return Err(Error::new(ErrorKind::Prompt, message).hint("copy it into `partials/`"));
            }
            let text = fs::read_text(&path, ErrorKind::Prompt)?;
            return Ok(Some(Source::new(path.display().to_string(), text)));
        }
        Ok(None)
    }
}
