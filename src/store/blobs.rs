//! Bytes named by their SHA-256.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::fs::{self, Existing};

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let byte = |at: usize| {
            text.get(at * 2..at * 2 + 2)
                .and_then(|s| u8::from_str_radix(s, 16).ok())
        };
        let mut bytes = [0; 32];
        for (at, value) in bytes.iter_mut().enumerate() {
            *value = byte(at)
                .filter(|_| text.len() == 64)
                .ok_or_else(|| serde::de::Error::custom("a SHA-256 has 64 hexadecimal digits"))?;
        }
        Ok(Self(bytes))
    }
}

/// Bytes by content: those of this process in memory, those worth keeping in a folder.
#[derive(Debug, Default)]
pub struct Blobs {
    memory: Mutex<HashMap<Digest, Arc<[u8]>>>,
    folder: Option<PathBuf>,
}

impl Blobs {
    /// Blobs that end with the process.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Blobs that can be kept in a folder, which is made when the first one is.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder: Some(folder),
            ..Self::default()
        }
    }

    /// Holds the bytes for this process.
    pub fn hold(&self, bytes: impl Into<Arc<[u8]>>) -> Digest {
        let bytes = bytes.into();
        let digest = Digest::of(&bytes);
        self.memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(digest, bytes);
        digest
    }

    /// Keeps the bytes for later processes as well.
    ///
    /// # Errors
    /// Kind `Io` when the folder cannot be written.
    pub fn keep(&self, bytes: &[u8]) -> Result<Digest> {
        let digest = self.hold(bytes);
        if let Some(path) = self.path(digest).filter(|path| !path.is_file()) {
            if let Some(parent) = path.parent() {
                fs::create_folder(parent)?;
            }
            // The same name means the same bytes, so replacing one changes nothing.
            fs::write(&path, bytes, Existing::Replace)?;
        }
        Ok(digest)
    }

    /// The bytes of a digest.
    ///
    /// # Errors
    /// Kind `Io` when they are not here.
    pub fn get(&self, digest: Digest) -> Result<Arc<[u8]>> {
        let held = self
            .memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&digest)
            .cloned();
        match (held, self.path(digest)) {
            (Some(bytes), _) => Ok(bytes),
            (None, Some(path)) => {
                let bytes = fs::read(&path, ErrorKind::Io)?;
                if Digest::of(&bytes) != digest {
                    let message = format!("`{}` is not what its name says", path.display());
                    return Err(Error::new(ErrorKind::Io, message).hint("remove it"));
                }
                Ok(Arc::from(bytes))
            }
            (None, None) => Err(Error::new(
                ErrorKind::Io,
                format!("there is no blob {digest} in the store"),
            )),
        }
    }

    /// Where the bytes of a digest are kept, whether or not they are.
    pub fn path(&self, digest: Digest) -> Option<PathBuf> {
        let name = digest.to_string();
        self.folder
            .as_ref()
            .map(|folder| folder.join(&name[..2]).join(&name[2..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_sha_256() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), known);
        let read: Digest = serde_json::from_str(&format!("\"{known}\"")).unwrap();
        assert_eq!(read, Digest::of(b"abc"));
        assert!(serde_json::from_str::<Digest>("\"ba78\"").is_err());
    }

    #[test]
    fn kept_blobs_outlive_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let digest = Blobs::in_folder(folder.path().into())
            .keep(b"reply")
            .unwrap();
        let later = Blobs::in_folder(folder.path().into());
        assert_eq!(&*later.get(digest).unwrap(), b"reply");
        assert!(Blobs::in_memory().get(digest).is_err());
    }
}
