//! Providers: whatever edits a picture, a hosted service or this machine's own processor.
//!
//! The set is open: a provider is a name in the [`Registry`] and an object behind [`Provider`].
//! What it can do is data in [`Capabilities`], so an edit it cannot do is refused before anything
//! is asked of it.

mod file;
pub mod local;
mod mock;
mod noise;
mod registry;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::Result;
use crate::money::Money;
use crate::picture::{Mask, Picture, Region, SizeRules};
use crate::recipe::{Kind, Need, OptionSpec, Options, Tier};

pub use file::FileReply;
pub use local::Local;
pub use mock::Mock;
pub use registry::Registry;

/// A boxed future, so that providers are trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that edits a picture.
pub trait Provider: fmt::Debug + Send + Sync {
    /// What it can do, as data.
    fn capabilities(&self) -> &Capabilities;

    /// What it would do with an edit, in words for `plan`; pure, no pixel is touched.
    ///
    /// # Errors
    /// Why it cannot, as a sentence for people.
    fn consider(&self, ask: &Ask<'_>) -> Result<String, String>;

    /// The sizes a model takes, as data. Default: every size.
    fn sizes(&self, _model: Option<&str>) -> SizeRules {
        SizeRules::Any
    }

    /// Does the edit.
    ///
    /// # Errors
    /// Kinds `Temporary`, `Refused` and `BadReply`.
    fn edit<'a>(
        &'a self,
        request: &'a EditRequest,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<Reply>>;
}

/// What a provider can do.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// Its name, the first half of `provider/model`.
    pub name: &'static str,
    /// One line about it.
    pub title: &'static str,
    /// Kinds of edits it does.
    pub kinds: &'static [Kind],
    /// The needs it meets.
    pub needs: &'static [Need],
    /// The role it plays.
    pub tier: Tier,
    /// Whether its replies lie exactly where the request lay, so that nothing has to be aligned.
    pub exact_geometry: bool,
    /// Whether asking again for the same gives the same, so that a retry is pointless.
    pub repeatable: bool,
    /// Whether it is chosen only when the user names it, never by its tier.
    pub by_name_only: bool,
    /// Options a recipe may set in `[provider.NAME]`.
    pub options: &'static [OptionSpec],
}

/// An edit before any pixel is touched: enough to price and explain it.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The kind of edit.
    pub kind: Kind,
    /// The model asked for, if any.
    pub model: Option<&'a str>,
    /// The rendered prompt.
    pub prompt: &'a str,
    /// The options of this provider.
    pub options: &'a Options,
    /// What is known of the mask.
    pub mask: Option<MaskFacts>,
}

/// What is known of a mask without its pixels.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MaskFacts {
    /// Mean coverage, 0 to 1.
    pub coverage: f64,
    /// Share of the picture's border that is marked, 0 to 1.
    pub border: f64,
    /// The smallest rectangle that holds everything marked.
    #[serde(rename = "box")]
    pub bounds: Region,
}

impl MaskFacts {
    /// What is known of a mask; `None` of an empty one.
    pub fn of(mask: &Mask) -> Option<Self> {
        Some(Self {
            coverage: mask.share(),
            border: mask.border_contact(),
            bounds: mask.bounds()?,
        })
    }
}

/// An edit with its pixels. Everything has the size of `picture`.
#[derive(Debug, Clone)]
pub struct EditRequest {
    /// The kind of edit.
    pub kind: Kind,
    /// The model asked for, if any.
    pub model: Option<String>,
    /// The rendered prompt.
    pub prompt: String,
    /// The options of this provider.
    pub options: Options,
    /// The picture as placed for this provider; an outpainting's border is filled in plausibly.
    pub picture: Arc<Picture>,
    /// What may change; an outpainting's new area. `None` for a variation.
    pub mask: Option<Arc<Mask>>,
    /// What is known of that mask.
    pub facts: Option<MaskFacts>,
    /// The seed for whatever is random.
    pub seed: u64,
}

/// What a provider sent back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The decoded picture.
    pub picture: Picture,
    /// The bytes as they were sent; `None` when the picture was computed here.
    pub bytes: Option<Arc<[u8]>>,
    /// What it cost.
    pub cost: Money,
    /// Things the user should know, one sentence each.
    pub notes: Vec<String>,
}

/// Who watches a long edit.
pub trait Watch: Send + Sync {
    /// A new stage has begun: "drawing the backdrop".
    fn stage(&self, what: &str);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn stage(&self, _: &str) {}
}
