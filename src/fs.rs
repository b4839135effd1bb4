//! Files: the only place that touches the disk.
//!
//! Every error names the path. A file is written to a temporary neighbour and moved into place when
//! it is complete, so a crash leaves the old file or none, never half of one.

use std::io::{ErrorKind as IoKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Reads a whole file; `kind` says what its absence means to the user.
#[expect(clippy::disallowed_methods, reason = "this module is the wrapper")]
pub fn read(path: &Path, kind: ErrorKind) -> Result<Vec<u8>> {
    if path.is_dir() {
        return Err(Error::new(
            kind,
            format!("`{}` is a folder, not a file", path.display()),
        ));
    }
    std::fs::read(path).map_err(|fault| cannot("read", path, kind, fault))
}

/// Reads a whole file of UTF-8 text.
pub fn read_text(path: &Path, kind: ErrorKind) -> Result<String> {
    String::from_utf8(read(path, kind)?).map_err(|fault| {
        Error::new(kind, format!("`{}` is not UTF-8 text", path.display())).caused_by(fault)
    })
}

/// Reads standard input to its end.
pub fn read_stdin() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|fault| {
        Error::new(ErrorKind::Io, "cannot read standard input").caused_by(fault)
    })?;
    Ok(bytes)
}

/// What to do when the file is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse, and leave it as it is.
    Keep,
    /// Replace it in one step.
    Replace,
}

/// A file that is complete on the disk under a temporary name and waits for its real one.
///
/// Staging several files first and committing them together means that a full disk is noticed
/// before anything has appeared.
#[derive(Debug)]
pub struct Staged {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Writes the bytes beside `path` under a temporary name.
    pub fn new(path: &Path, bytes: &[u8]) -> Result<Self> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let fail = |fault| cannot("write", path, ErrorKind::Io, fault);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".scumble-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Temporary files are private by default; the user's pictures follow the umask.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(folder).map_err(fail)?;
        file.write_all(bytes).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// Gives the file its real name.
    pub fn commit(self, existing: Existing) -> Result<()> {
        let Self { file, path } = self;
        let moved = match existing {
            Existing::Keep => file.persist_noclobber(&path),
            Existing::Replace => file.persist(&path),
        };
        moved.map(drop).map_err(|fault| match fault.error.kind() {
            IoKind::AlreadyExists => already_there(&path),
            _ => cannot("write", &path, ErrorKind::Io, fault.error),
        })
    }
}

/// Writes a whole file in one step.
pub fn write(path: &Path, bytes: &[u8], existing: Existing) -> Result<()> {
    Staged::new(path, bytes)?.commit(existing)
}

/// Makes a folder and its parents.
#[expect(clippy::disallowed_methods, reason = "this module is the wrapper")]
pub fn create_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|fault| cannot("create", path, ErrorKind::Io, fault))
}

/// The files in a folder with this ending, sorted by name; none when the folder is not there.
pub fn list(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|found| found == ending))
        .collect();
    paths.sort();
    paths
}

/// The error for a file that would have been overwritten.
pub fn already_there(path: &Path) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("`{}` is already there", path.display()),
    )
    .hint("choose another name with `-o`, or replace it with `--force`")
}

/// A path that may stand in a record: as typed when it is relative, else only its last part.
pub fn shown(typed: &str) -> String {
    let path = Path::new(typed);
    if path.is_relative() {
        return typed.to_owned();
    }
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Whether both paths name the same existing file, through links as well.
pub fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn cannot(verb: &str, path: &Path, kind: ErrorKind, fault: std::io::Error) -> Error {
    match fault.kind() {
        IoKind::NotFound if verb == "read" => {
            Error::new(kind, format!("no such file: `{}`", path.display()))
        }
        IoKind::NotFound => Error::new(
            kind,
            format!(
                "cannot {verb} `{}`: its folder does not exist",
                path.display()
            ),
        ),
        IoKind::PermissionDenied => Error::new(
            kind,
            format!("cannot {verb} `{}`: permission denied", path.display()),
        ),
        _ => Error::new(kind, format!("cannot {verb} `{}`", path.display())).caused_by(fault),
    }
}
