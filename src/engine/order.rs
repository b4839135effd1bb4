//! What a user asked for, with the bytes of every file they named.

use std::path::PathBuf;

use crate::library::Found;
use crate::picture::MaskFrom;
use crate::recipe::Brand;
use crate::route::Wish;

/// One edit as it was asked for.
#[derive(Debug)]
pub struct Order {
    /// The recipe, and where it was found.
    pub found: Found,
    /// The picture.
    pub image: Input,
    /// Where it may change, if the user said so.
    pub mask: Option<MaskGiven>,
    /// Which channel of mask files counts, if the user said so.
    pub mask_from: Option<MaskFrom>,
    /// Whether the mask marks what stays.
    pub invert_mask: bool,
    /// Whether a mask of another size may be scaled.
    pub fit_mask: bool,
    /// What no edit may touch.
    pub protect: Option<Input>,
    /// A picture edited elsewhere, taken as the reply.
    pub reply: Option<Input>,
    /// The brand's file, which is never written over either.
    pub brand_path: Option<PathBuf>,
    /// Parameters as typed.
    pub params: Vec<(String, String)>,
    /// The brand.
    pub brand: Brand,
    /// The user's own tags, beside the recipe's.
    pub tags: Vec<String>,
    /// What the user said about who should do it.
    pub wish: Option<Wish>,
    /// The seed for whatever is random.
    pub seed: u64,
    /// The most pixels a picture may have.
    pub max_pixels: u64,
    /// Where the result goes.
    pub output: OutputWish,
    /// When the order was given, RFC 3339.
    pub started: String,
}

/// A file the user named.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its path as typed, or `-`.
    pub name: String,
    /// Its path, for the check that nothing is written over it; `None` for standard input.
    pub path: Option<PathBuf>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A mask the user gave.
#[derive(Debug, Clone)]
pub enum MaskGiven {
    /// A picture file.
    File(Input),
    /// `source-alpha` or a shape.
    Words(String),
}

/// Where the result goes.
#[derive(Debug, Clone, Default)]
pub struct OutputWish {
    /// The path asked for; the default is `NAME.RECIPE.png` in the folder the user is in.
    pub path: Option<PathBuf>,
    /// Whether existing outputs are replaced. Inputs never are.
    pub force: bool,
    /// The picture goes to standard output and no file is written.
    pub to_stdout: bool,
    /// The folder for pictures of how the result came about, if they are wanted.
    pub keep: Option<PathBuf>,
}
