//! The one error of the house: what went wrong, where, and what to type next.
//!
//! An error is born at the fault and enriched on the way up: [`Error::at`] adds the place in a
//! file, [`Error::hint`] the next thing to do, [`Error::caused_by`] the underlying fault. `Display`
//! prints only its own sentence; [`Error::report`] prints everything a person should see.

use std::error::Error as StdError;
use std::fmt;

use crate::source::Place;

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault with its kind, message, place, hint and cause. One word wide.
pub struct Error(Box<Repr>);

struct Repr {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    hint: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// What the caller can do about an error. The exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command line asks for something that does not exist or does not go together.
    Usage,
    /// A recipe file is wrong.
    Recipe,
    /// A prompt template is wrong or cannot be rendered.
    Prompt,
    /// A project, user or brand file is wrong.
    Config,
    /// No provider can or may do this edit.
    NoRoute,
    /// The picture or the mask cannot be used.
    Input,
    /// The provider failed in a way that may pass.
    Temporary,
    /// The provider's answer could not be understood.
    BadReply,
    /// The provider declined the edit.
    Refused,
    /// The result did not pass its checks.
    Verify,
    /// A file could not be read or written.
    Io,
    /// A fault of scumble itself.
    Internal,
}

impl ErrorKind {
    /// The process's exit code, as `docs/errors.md` lists them.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Io | Self::Internal => 1,
            Self::Usage | Self::Recipe | Self::Prompt | Self::Config | Self::NoRoute => 2,
            Self::Input => 3,
            Self::Temporary | Self::BadReply => 5,
            Self::Refused => 6,
            Self::Verify => 7,
        }
    }

    /// The stable word for this kind in `--json` output.
    pub fn code(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Recipe => "recipe",
            Self::Prompt => "prompt",
            Self::Config => "config",
            Self::NoRoute => "no_route",
            Self::Input => "input",
            Self::Temporary => "temporary",
            Self::BadReply => "bad_reply",
            Self::Refused => "refused",
            Self::Verify => "verify",
            Self::Io => "io",
            Self::Internal => "internal",
        }
    }
}

impl Error {
    /// A new error. `message` is lower case, without a full stop, the user's words in backticks.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            kind,
            message: message.into(),
            place: None,
            hint: None,
            cause: None,
        }))
    }

    /// Adds the place in a file. The innermost place wins, because it is the most exact one.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    /// Adds the next thing to do. The first hint wins: it was written closest to the fault.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// Adds a hint if there is one.
    #[must_use]
    pub fn maybe_hint(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// The same error with words before its message: what was being done when it happened.
    #[must_use]
    pub fn within(mut self, what: impl fmt::Display) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    /// The same error as another kind: the caller knows better what can be done about it.
    #[must_use]
    pub fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Adds the underlying fault.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The hint, if any.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The place in a file, if the fault has one.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// Everything a person should see: message, excerpt with carets, causes, hint.
    ///
    /// ```
    /// use scumble::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Usage, "unknown recipe `backdrop`").hint("see `scumble list`");
    /// assert_eq!(error.report(), "error: unknown recipe `backdrop`\nhint: see `scumble list`\n");
    /// ```
    pub fn report(&self) -> String {
        let mut text = format!("error: {}\n", self.0.message);
        if let Some(place) = &self.0.place {
            text.push_str(&place.excerpt());
        }
        let mut cause = self.source();
        while let Some(fault) = cause {
            text.push_str("caused by: ");
            text.push_str(&fault.to_string());
            text.push('\n');
            cause = fault.source();
        }
        if let Some(hint) = &self.0.hint {
            text.push_str("hint: ");
            text.push_str(hint);
            text.push('\n');
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.0.kind.code(), self.report())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .cause
            .as_deref()
            .map(|cause| cause as &(dyn StdError + 'static))
    }
}
