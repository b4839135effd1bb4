//! Masks: where a picture may change.
//!
//! Inside the house there is one polarity: coverage 255 = may change, 0 = stays. Files use two
//! conventions (alpha 0 = edit in the Images API and design tools, white = edit elsewhere), so the
//! import tells them apart or refuses to guess.

use std::fmt;

use super::{Layout, Picture, Region, color, distance};
use crate::error::{Error, ErrorKind, Result};

/// Which channel of a mask file carries the coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MaskFrom {
    /// Alpha: transparent = may change.
    Alpha,
    /// Luma: white = may change.
    Luma,
}

impl fmt::Display for MaskFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alpha => "alpha",
            Self::Luma => "luma",
        })
    }
}

/// 8-bit coverage of a picture's size: 255 = may change, 0 = stays.
#[derive(Clone, PartialEq, Eq)]
pub struct Mask {
    width: u32,
    height: u32,
    coverage: Vec<u8>,
}

/// Alpha below this far from constant, or colour, counts as flat: encoders leave such noise.
const FLAT: u8 = 2;
/// Two readings of one file agree when this share of the pixels is within [`CLOSE`].
const AGREE: f64 = 0.995;
/// How far two readings of one pixel may lie apart and still agree.
const CLOSE: u8 = 32;

impl Mask {
    /// A mask from its coverage, row by row.
    ///
    /// # Panics
    /// When the number of values is not `width × height`.
    pub fn new(width: u32, height: u32, coverage: Vec<u8>) -> Self {
        assert_eq!(
            coverage.len(),
            width as usize * height as usize,
            "coverage of the mask"
        );
        Self {
            width,
            height,
            coverage,
        }
    }

    /// A mask that allows nothing.
    pub fn empty(width: u32, height: u32) -> Self {
        Self::new(width, height, vec![0; width as usize * height as usize])
    }

    /// Reads a decoded mask file, and says which channel it was read from.
    ///
    /// With `from` the user's word decides. Without it: alpha varies and colour is flat → alpha;
    /// alpha opaque or absent → luma; both vary and agree → alpha; anything else is refused.
    ///
    /// # Errors
    /// Kind `Input` when the file can be read both ways with different results.
    pub fn import(file: &Picture, from: Option<MaskFrom>) -> Result<(Self, MaskFrom)> {
        let by_luma = || file.rgb().map(color::luma).collect::<Vec<u8>>();
        let by_alpha = || transparency(file);
        let mask = |coverage| Self::new(file.width(), file.height(), coverage);
        if !file.layout().has_alpha() {
            if from == Some(MaskFrom::Alpha) {
                return Err(Error::new(ErrorKind::Input, "it has no alpha channel")
                    .hint("use `--mask-from luma`, or export the mask with transparency"));
            }
            return Ok((mask(by_luma()), MaskFrom::Luma));
        }
        match from {
            Some(MaskFrom::Alpha) => return Ok((mask(by_alpha()), MaskFrom::Alpha)),
            Some(MaskFrom::Luma) => return Ok((mask(by_luma()), MaskFrom::Luma)),
            None => {}
        }
        let alpha = by_alpha();
        let alpha_range = range(&alpha);
        let is_flat = |(low, high): (u8, u8)| high - low <= FLAT;
        if is_flat(alpha_range) && alpha_range.1 <= FLAT {
            return Ok((mask(by_luma()), MaskFrom::Luma));
        }
        if !is_flat(alpha_range) && color_is_flat(file) {
            return Ok((mask(alpha), MaskFrom::Alpha));
        }
        let luma = by_luma();
        let close = alpha
            .iter()
            .zip(&luma)
            .filter(|(a, l)| a.abs_diff(**l) <= CLOSE)
            .count();
        if close as f64 >= AGREE * alpha.len() as f64 {
            return Ok((mask(alpha), MaskFrom::Alpha));
        }
        Err(Error::new(
            ErrorKind::Input,
            format!(
                "it can be read two ways: transparency marks {}, brightness marks {}",
                percent(mean(&alpha)),
                percent(mean(&luma))
            ),
        )
        .hint("say which is meant: `--mask-from alpha` (transparent = marked) or `--mask-from luma` (white = marked)"))
    }

    /// The transparent part of a picture, as a mask.
    pub fn of_transparency(picture: &Picture) -> Option<Self> {
        let channels = picture.layout().channels();
        picture.layout().has_alpha().then(|| {
            let alpha = picture
                .samples()
                .chunks_exact(channels)
                .map(|p| 255 - p[channels - 1]);
            Self::new(picture.width(), picture.height(), alpha.collect())
        })
    }

    /// Columns.
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

    /// All values, row by row.
    pub fn coverage(&self) -> &[u8] {
        &self.coverage
    }

    /// One value.
    pub fn at(&self, x: u32, y: u32) -> u8 {
        self.coverage[y as usize * self.width as usize + x as usize]
    }

    /// What may change stays, and what stays may change.
    pub fn invert(&mut self) {
        for value in &mut self.coverage {
            *value = 255 - *value;
        }
    }

    /// Scaled to another size, bilinearly.
    #[must_use]
    pub fn scaled(&self, width: u32, height: u32) -> Self {
        let picture = Picture::new(self.width, self.height, Layout::Grey, self.coverage.clone());
        let scaled = super::export::scale(&picture, width, height, super::export::Filter::Bilinear);
        Self::new(width, height, scaled.samples().to_vec())
    }

    /// The mask widened by so many pixels; its border stays where coverage ends, and is rounded.
    #[must_use]
    pub fn grown(&self, pixels: f32) -> Self {
        // A pixel whose centre lies `pixels` away is the last that is covered whole.
        let reach = pixels + 1.0;
        // At most the widest ramp, whose square is far below what the type holds.
        let limit = (reach * reach).ceil() as u32 + 1;
        let near = distance::squared(self.width as usize, limit, &self.coverage, |own| *own > 0);
        let coverage = self.coverage.iter().zip(near).map(|(own, square)| {
            let inside = reach - (square as f32).sqrt();
            (*own).max((inside.clamp(0.0, 1.0) * 255.0).round() as u8)
        });
        Self::new(self.width, self.height, coverage.collect())
    }

    /// Mean coverage, 0 to 1.
    pub fn share(&self) -> f64 {
        mean(&self.coverage)
    }

    /// The smallest rectangle that holds every pixel with coverage above 0.
    pub fn bounds(&self) -> Option<Region> {
        let width = self.width as usize;
        let rows: Vec<&[u8]> = self.coverage.chunks_exact(width.max(1)).collect();
        let touched = |row: &&[u8]| row.iter().any(|v| *v > 0);
        let top = rows.iter().position(touched)?;
        let bottom = rows.iter().rposition(touched)?;
        let (mut left, mut right) = (width, 0);
        for row in &rows[top..=bottom] {
            if let Some(first) = row.iter().position(|v| *v > 0) {
                left = left.min(first);
                right = right.max(row.iter().rposition(|v| *v > 0).unwrap_or(first));
            }
        }
        Some(Region {
            x: left as u32,
            y: top as u32,
            width: (right - left + 1) as u32,
            height: (bottom - top + 1) as u32,
        })
    }

    /// Share of the picture's border pixels with coverage above 127, 0 to 1.
    pub fn border_contact(&self) -> f64 {
        let (w, h) = (self.width as usize, self.height as usize);
        let marked = |index: usize| usize::from(self.coverage[index] > 127);
        let across: usize = (0..w).map(|x| marked(x) + marked((h - 1) * w + x)).sum();
        let down: usize = (0..h).map(|y| marked(y * w) + marked(y * w + w - 1)).sum();
        (across + down) as f64 / (2 * (w + h)) as f64
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Mask({}×{}, {})",
            self.width,
            self.height,
            percent(self.share())
        )
    }
}

/// A share as people read it: `34.2 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn mean(values: &[u8]) -> f64 {
    let sum: u64 = values.iter().map(|v| u64::from(*v)).sum();
    sum as f64 / (values.len().max(1) as f64 * 255.0)
}

/// How transparent every pixel is.
fn transparency(file: &Picture) -> Vec<u8> {
    // Loops over pixels of a known size are done many at once.
    match file.layout() {
        Layout::Rgba => {
            let pixels = file.samples().as_chunks::<4>().0;
            pixels.iter().map(|[.., alpha]| 255 - alpha).collect()
        }
        Layout::GreyAlpha => {
            let pixels = file.samples().as_chunks::<2>().0;
            pixels.iter().map(|[.., alpha]| 255 - alpha).collect()
        }
        Layout::Grey | Layout::Rgb => vec![0; file.pixels()],
    }
}

fn range(values: &[u8]) -> (u8, u8) {
    let [(low, high)] = ranges::<1>(values);
    (low, high)
}

/// The least and the greatest value of every `N`th sample, for each place; `N` divides 16.
fn ranges<const N: usize>(samples: &[u8]) -> [(u8, u8); N] {
    let (mut low, mut high) = ([255; 16], [0; 16]);
    let (many, rest) = samples.as_chunks::<16>();
    for samples in many {
        for place in 0..16 {
            low[place] = low[place].min(samples[place]);
            high[place] = high[place].max(samples[place]);
        }
    }
    for (place, sample) in rest.iter().enumerate() {
        low[place] = low[place].min(*sample);
        high[place] = high[place].max(*sample);
    }
    std::array::from_fn(|first| {
        let places = (first..16).step_by(N);
        places.fold((255, 0), |(least, most): (u8, u8), place| {
            (least.min(low[place]), most.max(high[place]))
        })
    })
}

fn color_is_flat(file: &Picture) -> bool {
    let is_flat = |(low, high): &(u8, u8)| high.saturating_sub(*low) <= FLAT;
    match file.layout() {
        Layout::Grey => ranges::<1>(file.samples()).iter().all(is_flat),
        Layout::GreyAlpha => ranges::<2>(file.samples())[..1].iter().all(is_flat),
        Layout::Rgba => ranges::<4>(file.samples())[..3].iter().all(is_flat),
        // Three do not divide 16, and no such file is asked about.
        Layout::Rgb => file.rgb().all(|pixel| {
            let first = file.pixel(0, 0);
            pixel.iter().zip(first).all(|(a, b)| a.abs_diff(*b) <= FLAT)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgba(pixels: &[[u8; 4]]) -> Picture {
        Picture::new(pixels.len() as u32, 1, Layout::Rgba, pixels.concat())
    }

    #[test]
    fn a_grown_mask_is_rounder_and_never_smaller() {
        let mut coverage = vec![0; 21 * 21];
        coverage[10 * 21 + 10] = 255;
        let mask = Mask::new(21, 21, coverage);
        let grown = mask.grown(4.0);
        assert_eq!(
            (grown.at(14, 10), grown.at(15, 10), grown.at(10, 6)),
            (255, 0, 255)
        );
        assert_eq!(
            (grown.at(13, 13), grown.at(14, 14)),
            (193, 0),
            "the corner is round"
        );
        let wide = mask.grown(100.0);
        assert!(wide.coverage().iter().all(|value| *value == 255));
        assert_eq!(Mask::empty(5, 5).grown(3.0), Mask::empty(5, 5));
    }

    #[test]
    fn flat_colour_with_varying_alpha_is_read_from_alpha() {
        let file = rgba(&[[0, 0, 0, 0], [0, 0, 0, 255]]);
        let (mask, from) = Mask::import(&file, None).unwrap();
        assert_eq!(
            (mask.coverage(), from),
            ([255, 0].as_slice(), MaskFrom::Alpha)
        );
    }

    #[test]
    fn opaque_alpha_is_read_from_luma() {
        let file = rgba(&[[255, 255, 255, 255], [0, 0, 0, 255]]);
        let (mask, from) = Mask::import(&file, None).unwrap();
        assert_eq!(
            (mask.coverage(), from),
            ([255, 0].as_slice(), MaskFrom::Luma)
        );
    }

    #[test]
    fn channels_that_agree_are_one_mask_and_channels_that_do_not_are_refused() {
        let agree = rgba(&[[255, 255, 255, 0], [0, 0, 0, 255]]);
        assert_eq!(Mask::import(&agree, None).unwrap().0.coverage(), [255, 0]);
        let clash = rgba(&[[0, 0, 0, 0], [255, 255, 255, 255]]);
        let error = Mask::import(&clash, None).unwrap_err();
        assert!(error.hint_text().unwrap().contains("--mask-from alpha"));
        let alpha = Mask::import(&clash, Some(MaskFrom::Alpha)).unwrap().0;
        let luma = Mask::import(&clash, Some(MaskFrom::Luma)).unwrap().0;
        assert_eq!(
            (alpha.coverage(), luma.coverage()),
            ([255, 0].as_slice(), [0, 255].as_slice())
        );
    }

    #[test]
    fn a_fully_transparent_file_is_not_guessed_at() {
        assert!(Mask::import(&rgba(&[[0, 0, 0, 0]; 4]), None).is_err());
    }

    #[test]
    fn bounds_and_border_contact() {
        let mut mask = Mask::empty(10, 8);
        assert_eq!(mask.bounds(), None);
        mask.coverage[3 * 10 + 4] = 1;
        mask.coverage[5 * 10 + 7] = 255;
        assert_eq!(
            mask.bounds(),
            Some(Region {
                x: 4,
                y: 3,
                width: 4,
                height: 3
            })
        );
        assert_eq!(mask.border_contact(), 0.0);
        mask.invert();
        assert_eq!(mask.border_contact(), 1.0);
    }
}
