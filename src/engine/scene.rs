//! The pixels of one edit: source, canvas, mask.
//!
//! A [`SceneSpec`] names them by content and is part of the plan; [`Scene::build`] makes them from
//! the store, here or on another machine, always the same.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::picture::{
    Canvas, Decoded, Feather, FeatherInto, Format, Mask, MaskFrom, Picture, Shape, Weights, decode,
    mask,
};
use crate::recipe::{Covers, Kind};
use crate::store::{Blobs, Digest};

/// A file by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    /// The name to show in messages.
    pub name: String,
    /// The SHA-256 of the file.
    pub sha256: Digest,
}

/// Everything that decides the pixels of one edit before a provider sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SceneSpec {
    /// The kind of edit.
    pub kind: Kind,
    /// The picture.
    pub source: Pixels,
    /// Where it may change.
    pub mask: MaskSpec,
    /// Whether the mask marks what stays.
    pub invert: bool,
    /// Whether a mask of another size may be scaled.
    pub fit: bool,
    /// How far the mask is widened, in pixels.
    pub grow: f64,
    /// What the recipe says a mask marks.
    pub covers: Option<Covers>,
    /// What no edit may touch.
    pub protect: Option<Pixels>,
    /// Which channel of mask files counts; `None` lets the file tell.
    pub mask_from: Option<MaskFrom>,
    /// The most pixels a picture may have.
    pub max_pixels: u64,
}

/// Where a mask comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskSpec {
    /// There is none: a variation, or an outpainting's new area.
    None,
    /// A picture file.
    File(Pixels),
    /// The source's own transparency.
    SourceAlpha,
    /// A shape in words.
    Shape(String),
}

/// The decoded pixels of one edit. Masks have the source's size.
#[derive(Debug)]
pub struct Scene {
    /// The upright source.
    pub source: Arc<Picture>,
    /// What the source's file was.
    pub format: Format,
    /// What may change; `None` for a variation and an outpainting.
    pub mask: Option<Mask>,
    /// Which channel the mask was read from, when it came from a file.
    pub mask_from: Option<MaskFrom>,
    /// What no edit may touch.
    pub protect: Option<Mask>,
    /// Things the user should know.
    pub warnings: Vec<String>,
}

impl Scene {
    /// Makes the pixels from the store.
    ///
    /// # Errors
    /// Kind `Input` for pictures and masks that cannot be used.
    pub fn build(spec: &SceneSpec, blobs: &Blobs) -> Result<Self> {
        let decoded = open(&spec.source, "picture", spec.max_pixels, blobs)?;
        Self::around(decoded, spec, blobs)
    }

    /// The same, when the source has been decoded already.
    pub(super) fn around(decoded: Decoded, spec: &SceneSpec, blobs: &Blobs) -> Result<Self> {
        let (source, mut warnings) = (decoded.picture, Vec::new());
        let mut mask_from = None;
        let mask = match &spec.mask {
            MaskSpec::None => None,
            MaskSpec::File(file) => {
                let (mask, from) = import(file, "mask", spec, &source, blobs)?;
                mask_from = Some(from);
                Some(mask)
            }
            MaskSpec::SourceAlpha => Some(Mask::of_transparency(&source).ok_or_else(|| {
                Error::new(
                    ErrorKind::Input,
                    "the picture has no transparency to make a mask of",
                )
                .hint("give a mask file with `--mask`")
            })?),
            MaskSpec::Shape(words) => Some(drawn(words, &source)?),
        };
        let mask = match mask {
            None => None,
            Some(mut mask) => {
                if spec.invert {
                    mask.invert();
                }
                check(&mask, spec, &mut warnings)?;
                Some(if spec.grow > 0.0 {
                    mask.grown(spec.grow as f32)
                } else {
                    mask
                })
            }
        };
        let protect = match &spec.protect {
            None => None,
            Some(file) => Some(import(file, "protected region", spec, &source, blobs)?.0),
        };
        let scene = Self {
            source: Arc::new(source),
            format: decoded.format,
            mask,
            mask_from,
            protect,
            warnings,
        };
        scene.check_protect(spec.kind)?;
        Ok(scene)
    }

    /// The blending weights on a canvas; `feather` matters to inpainting only.
    pub fn weights(&self, kind: Kind, canvas: Canvas, feather: Feather) -> Weights {
        let protect = self
            .protect
            .as_ref()
            .map(|protect| canvas.lay_mask(protect, 0));
        match (&self.mask, kind) {
            (Some(mask), _) => Weights::new(mask, feather, protect.as_ref()),
            (None, Kind::Outpaint) => {
                let (w, h) = self.source.size();
                Weights::new(&canvas.new_area(w, h), Feather::NONE, protect.as_ref())
            }
            (None, Kind::Inpaint | Kind::Variation) => {
                Weights::everything(canvas.width, canvas.height, protect.as_ref())
            }
        }
    }

    fn check_protect(&self, kind: Kind) -> Result<()> {
        let Some(protect) = &self.protect else {
            return Ok(());
        };
        let may_change = |at: usize| {
            self.mask
                .as_ref()
                .is_none_or(|mask| mask.coverage()[at] > 0)
        };
        let left = protect
            .coverage()
            .iter()
            .enumerate()
            .any(|(at, p)| *p == 0 && may_change(at));
        // An outpainting's new area lies outside the source, so nothing protects it.
        if left || kind == Kind::Outpaint {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Input,
            "the protected region covers everything that the edit could change",
        )
        .hint("a protect file marks, in white or transparent, what must stay"))
    }
}

/// A shape drawn on the source.
fn drawn(words: &str, source: &Picture) -> Result<Mask> {
    let (width, height) = source.size();
    let mask = words.parse::<Shape>()?.draw(width, height);
    if mask.bounds().is_some() {
        return Ok(mask);
    }
    Err(Error::new(
        ErrorKind::Input,
        format!("the shape `{words}` covers no pixel of the {width}×{height} picture"),
    )
    .hint("its numbers are left, top, width and height, in pixels or per cent of the picture"))
}

/// Decodes a picture file from the store.
///
/// # Errors
/// Kind `Input`, naming the file.
pub(super) fn open(file: &Pixels, what: &str, max_pixels: u64, blobs: &Blobs) -> Result<Decoded> {
    decode(&blobs.get(file.sha256)?, max_pixels)
        .map_err(|fault| fault.within(format_args!("cannot use the {what} `{}`", file.name)))
}

fn import(
    file: &Pixels,
    what: &str,
    spec: &SceneSpec,
    source: &Picture,
    blobs: &Blobs,
) -> Result<(Mask, MaskFrom)> {
    let picture = open(file, what, spec.max_pixels, blobs)?.picture;
    let wanted = source.size();
    let scaled = picture.size() != wanted;
    if scaled {
        let why = size_mismatch(picture.size(), wanted);
        if !(spec.fit && why.scales) {
            return Err(Error::new(
                ErrorKind::Input,
                format!(
                    "the {what} is {}×{}, the picture {}×{}: {}",
                    picture.width(),
                    picture.height(),
                    wanted.0,
                    wanted.1,
                    why.cause
                ),
            )
            .hint(why.hint));
        }
    }
    let (mask, from) = Mask::import(&picture, spec.mask_from)
        .map_err(|fault| fault.within(format_args!("cannot use the {what} `{}`", file.name)))?;
    Ok((
        if scaled {
            mask.scaled(wanted.0, wanted.1)
        } else {
            mask
        },
        from,
    ))
}

struct Mismatch {
    cause: &'static str,
    hint: &'static str,
    scales: bool,
}

/// The likely cause of a mask of another size.
fn size_mismatch((w, h): (u32, u32), (width, height): (u32, u32)) -> Mismatch {
    let (across, down) = (
        f64::from(w) / f64::from(width),
        f64::from(h) / f64::from(height),
    );
    if (across / down - 1.0).abs() <= 0.01 {
        return Mismatch {
            cause: "it was exported at another scale",
            hint: "export it at the picture's size, or scale it with `--fit-mask`",
            scales: true,
        };
    }
    if (w, h) == (height, width) {
        return Mismatch {
            cause: "it lies on its side; coordinates mean the upright picture",
            hint: "turn the mask by 90 degrees",
            scales: false,
        };
    }
    if (across / down - 1.0).abs() <= 0.08 && across > 0.5 {
        return Mismatch {
            cause: "its two sides are not scaled alike",
            hint: "export it at the picture's size; `--fit-mask` scales only what differs by less than 1 %",
            scales: false,
        };
    }
    if w <= width && h <= height {
        return Mismatch {
            cause: "the layer was probably trimmed on export",
            hint: "export the mask with the whole canvas, not trimmed to the layer",
            scales: false,
        };
    }
    Mismatch {
        cause: "it belongs to another picture or crop",
        hint: "make the mask on the picture itself, at its full size",
        scales: false,
    }
}

/// A background reaches the picture's border somewhere; below this contact it cannot be one.
const BACKGROUND_CONTACT: f64 = 0.10;
/// An object that holds this much of the border and most of the area is the background.
const OBJECT_CONTACT: f64 = 0.75;

fn check(mask: &Mask, spec: &SceneSpec, warnings: &mut Vec<String>) -> Result<()> {
    let Some(_) = mask.bounds() else {
        return Err(
            Error::new(ErrorKind::Input, "the mask is empty, nothing may change").hint(
                "mark in white or transparent what may change; `--invert-mask` turns it round",
            ),
        );
    };
    let (share, contact) = (mask.share(), mask.border_contact());
    if mask.coverage().iter().all(|value| *value == 255) {
        if spec.protect.is_none() {
            warnings.push("the mask covers the whole picture; nothing is locked".to_owned());
        }
        return Ok(());
    }
    let opposite = match spec.covers {
        Some(Covers::Background) => contact < BACKGROUND_CONTACT,
        Some(Covers::Object) => contact >= OBJECT_CONTACT && share > 0.5,
        None => false,
    };
    match spec.covers.filter(|_| opposite) {
        None => Ok(()),
        Some(covers) => Err(Error::new(
            ErrorKind::Input,
            format!(
                "the mask marks the opposite of the {}: {} of the picture and {} of its border",
                covers.word(),
                mask::percent(share),
                mask::percent(contact)
            ),
        )
        .hint(if spec.invert {
            "the mask is right as it is: leave `--invert-mask` away"
        } else {
            "turn it round with `--invert-mask`"
        })),
    }
}

/// A ramp from a recipe's rule, on a picture.
pub(super) fn feather(pixels: f64, into: FeatherInto) -> Feather {
    Feather {
        pixels: pixels as f32,
        into,
    }
}
