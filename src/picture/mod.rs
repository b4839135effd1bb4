//! Pixels: pictures, masks, canvases, and everything that is computed from them alone.
//!
//! Pure functions from data to data. No path, no network, no clock; randomness comes in as a seed.
//! Coordinates are pixels from the top left corner of the **upright** picture.

pub mod canvas;
pub mod carry;
pub mod color;
pub mod composite;
pub mod cover;
pub mod decode;
mod distance;
pub mod drift;
pub mod encode;
pub mod export;
pub mod feather;
mod filter;
mod fit;
pub mod look;
pub mod mask;
pub mod motion;
mod outward;
pub mod palette;
pub mod placement;
pub mod register;
pub mod seam;
pub mod shape;
pub mod sizes;
pub mod solve;
pub mod structure;
pub mod tone;
pub mod warp;

pub use canvas::{Anchor, Canvas, Target};
pub use color::Color;
pub use composite::{composite, composite_onto};
pub use decode::{Decoded, Format, decode};
pub use feather::{Feather, FeatherInto, Weights};
pub use mask::{Mask, MaskFrom};
pub use placement::{Placement, SourceAt};
pub use shape::Shape;
pub use sizes::{Size, SizeRules};
pub use solve::{Focus, solve};

use std::borrow::Cow;
use std::sync::Arc;

/// How many samples a pixel has and what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One sample: luma.
    Grey,
    /// Luma and alpha.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Layout {
    /// Samples per pixel, 1 to 4.
    pub fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// Whether the last sample is alpha.
    pub fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }

    /// The word for people: `grey`, `grey + alpha`, `RGB`, `RGBA`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::GreyAlpha => "grey + alpha",
            Self::Rgb => "RGB",
            Self::Rgba => "RGBA",
        }
    }
}

/// A picture in memory: 8-bit samples, rows from the top, no padding.
///
/// ```
/// use scumble::picture::{Layout, Picture};
/// let white = Picture::filled(4, 3, Layout::Rgb, &[255, 255, 255]);
/// assert_eq!(white.samples().len(), 4 * 3 * 3);
/// assert_eq!(white.pixel(3, 2), [255, 255, 255]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    layout: Layout,
    samples: Vec<u8>,
    profile: Option<Arc<[u8]>>,
}

impl Picture {
    /// A picture from its samples.
    ///
    /// # Panics
    /// When the number of samples is not `width × height × channels`.
    pub fn new(width: u32, height: u32, layout: Layout, samples: Vec<u8>) -> Self {
        let expected = width as usize * height as usize * layout.channels();
        assert_eq!(
            samples.len(),
            expected,
            "samples of a {width}×{height} {layout:?} picture"
        );
        Self {
            width,
            height,
            layout,
            samples,
            profile: None,
        }
    }

    /// A picture of one colour; `pixel` has as many samples as the layout has channels.
    pub fn filled(width: u32, height: u32, layout: Layout, pixel: &[u8]) -> Self {
        Self::new(
            width,
            height,
            layout,
            pixel.repeat(width as usize * height as usize),
        )
    }

    /// The same picture with this ICC profile.
    #[must_use]
    pub fn with_profile(mut self, profile: Option<Arc<[u8]>>) -> Self {
        self.profile = profile;
        self
    }

    /// Pixels per row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Width and height.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Width × height.
    pub fn pixels(&self) -> usize {
        self.width as usize * self.height as usize
    }

    /// What the samples mean.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// All samples, row by row.
    pub fn samples(&self) -> &[u8] {
        &self.samples
    }

    /// All samples, to be changed in place.
    pub fn samples_mut(&mut self) -> &mut [u8] {
        &mut self.samples
    }

    /// The ICC profile the picture came with, as its bytes.
    pub fn profile(&self) -> Option<&Arc<[u8]>> {
        self.profile.as_ref()
    }

    /// The samples of one pixel.
    pub fn pixel(&self, x: u32, y: u32) -> &[u8] {
        let channels = self.layout.channels();
        let at = (y as usize * self.width as usize + x as usize) * channels;
        &self.samples[at..at + channels]
    }

    /// The samples of one row.
    pub fn row(&self, y: u32) -> &[u8] {
        let stride = self.width as usize * self.layout.channels();
        &self.samples[y as usize * stride..][..stride]
    }

    /// Bytes per row.
    pub fn stride(&self) -> usize {
        self.width as usize * self.layout.channels()
    }

    /// Every pixel as red, green, blue; grey is repeated, alpha is left out.
    pub fn rgb(&self) -> impl Iterator<Item = [u8; 3]> + '_ {
        let layout = self.layout;
        self.samples
            .chunks_exact(layout.channels())
            .map(move |pixel| match layout {
                Layout::Grey | Layout::GreyAlpha => [pixel[0]; 3],
                Layout::Rgb | Layout::Rgba => [pixel[0], pixel[1], pixel[2]],
            })
    }

    /// The same picture in another layout: alpha is added opaque or left out, colour becomes luma.
    pub fn to_layout(&self, layout: Layout) -> Cow<'_, Self> {
        if layout == self.layout {
            return Cow::Borrowed(self);
        }
        let mut samples = Vec::with_capacity(self.pixels() * layout.channels());
        let from = self.layout;
        for (pixel, [r, g, b]) in self.samples.chunks_exact(from.channels()).zip(self.rgb()) {
            match layout {
                Layout::Grey | Layout::GreyAlpha => samples.push(color::luma([r, g, b])),
                Layout::Rgb | Layout::Rgba => samples.extend([r, g, b]),
            }
            if layout.has_alpha() {
                samples.push(if from.has_alpha() {
                    pixel[from.channels() - 1]
                } else {
                    255
                });
            }
        }
        Cow::Owned(
            Self::new(self.width, self.height, layout, samples).with_profile(self.profile.clone()),
        )
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Picture({}×{} {:?})",
            self.width, self.height, self.layout
        )
    }
}

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// The smooth step 3t² − 2t³: 0 below 0, 1 above 1, and level at both ends.
pub fn smooth_step(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
