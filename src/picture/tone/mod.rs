//! The colours of a reply matched to the source, so that no step of tone remains at the seam.
//!
//! A model shifts every channel by some per cent, and often by a little more in one corner. Both are
//! read off the pixels that should be equal: a gain per channel that holds for the whole picture,
//! and a smooth remainder, which is known best near the edit area and dies out within it. Both
//! come from means over small squares, of which those that the model redrew are left out.

mod squares;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cover::Cover;
use super::{Picture, Weights};
use squares::{gain, nearness, remainder, squares};

/// What a channel of the reply is multiplied by; further off, the reply is another picture.
pub const GAIN: [f64; 2] = [0.85, 1.15];
/// The picture is divided into so many squares along its longer side, each of at least 8 pixels.
const SQUARES: u32 = 72;

/// How a reply's colours are brought to the source's.
#[derive(Debug, Clone, PartialEq)]
pub struct Tone {
    /// What each channel is multiplied by.
    pub gain: [f64; 3],
    /// Whether a gain would have been further off than is believed.
    pub at_bound: bool,
    remainder: Option<Remainder>,
}

/// The smooth part: levels to add, one triple for each square.
#[derive(Debug, Clone, PartialEq)]
struct Remainder {
    side: u32,
    columns: usize,
    rows: usize,
    levels: Vec<[f32; 3]>,
}

/// A tone as a record tells it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ToneRecord {
    /// What each channel was multiplied by.
    pub gain: [f64; 3],
    /// The largest remainder that was added, in 8-bit levels.
    pub remainder: f64,
    /// Whether a gain would have been further off than is believed.
    pub at_bound: bool,
}

impl Tone {
    /// The colours as they are.
    pub const NONE: Self = Self {
        gain: [1.0; 3],
        at_bound: false,
        remainder: None,
    };

    /// Reads the tone off the locked pixels that the reply shows.
    ///
    /// # Panics
    /// When the sizes differ.
    pub fn fit(source: &Picture, reply: &Picture, weights: &Weights, cover: &Cover) -> Self {
        assert_eq!(source.size(), reply.size(), "size of source and reply");
        let side = source.width().max(source.height()).div_ceil(SQUARES).max(8);
        let columns = source.width().div_ceil(side) as usize;
        let squares = squares(source, reply, weights, cover, side);
        if squares.iter().all(|square| square.all.count < 1.0) {
            return Self::NONE;
        }
        let nearness = nearness(&squares, columns);
        let found: [f64; 3] = std::array::from_fn(|channel| gain(&squares, &nearness, channel));
        let gain = found.map(|gain| gain.clamp(GAIN[0], GAIN[1]));
        let rows = squares.len() / columns;
        let levels = remainder(&squares, columns, gain);
        Self {
            gain,
            at_bound: gain != found,
            remainder: Some(Remainder {
                side,
                columns,
                rows,
                levels,
            }),
        }
    }

    /// Brings the pixels of the edit area to the source's colours; all others stay as they are.
    ///
    /// # Panics
    /// When the sizes differ.
    pub fn apply(&self, reply: &mut Picture, weights: &Weights) {
        assert_eq!(
            reply.size(),
            (weights.width(), weights.height()),
            "size of reply and weights"
        );
        if *self == Self::NONE {
            return;
        }
        let (stride, width) = (reply.stride().max(1), reply.width().max(1) as usize);
        let layout = reply.layout();
        let channels = layout.channels();
        let colors = channels - usize::from(layout.has_alpha());
        // Grey follows green, which carries most of its light.
        let pick = |channel: usize| if colors == 1 { 1 } else { channel };
        reply
            .samples_mut()
            .par_chunks_mut(stride)
            .zip(weights.values().par_chunks(width))
            .enumerate()
            .for_each(|(y, (row, weights))| {
                let line = self.remainder.as_ref().map(|rest| rest.line(y as u32));
                for (x, (pixel, weight)) in row.chunks_exact_mut(channels).zip(weights).enumerate()
                {
                    if *weight == 0 {
                        continue;
                    }
                    let rest = match (&self.remainder, &line) {
                        (Some(rest), Some(line)) => rest.within(line, x as u32),
                        _ => [0.0; 3],
                    };
                    for (channel, sample) in pixel[..colors].iter_mut().enumerate() {
                        let at = pick(channel);
                        // A float becomes the nearest sample that there is.
                        *sample =
                            (f32::from(*sample) * self.gain[at] as f32 + rest[at] + 0.5) as u8;
                    }
                }
            });
    }

    /// One pixel of the reply in the source's colours.
    pub fn matched(&self, rgb: [u8; 3], x: u32, y: u32) -> [u8; 3] {
        let rest = self
            .remainder
            .as_ref()
            .map_or([0.0; 3], |rest| rest.at(x, y));
        std::array::from_fn(|channel| {
            // A float becomes the nearest sample that there is.
            (f32::from(rgb[channel]) * self.gain[channel] as f32 + rest[channel] + 0.5) as u8
        })
    }

    /// The tone as a record tells it.
    pub fn record(&self) -> ToneRecord {
        let largest = self
            .remainder
            .iter()
            .flat_map(|rest| rest.levels.iter().flatten());
        ToneRecord {
            gain: self.gain,
            remainder: f64::from(largest.fold(0.0_f32, |most, level| most.max(level.abs()))),
            at_bound: self.at_bound,
        }
    }
}

impl Remainder {
    /// The levels along a row: interpolated between the centres of the squares above and below.
    fn line(&self, y: u32) -> Vec<[f32; 3]> {
        let (top, share) = self.between(y, self.rows);
        let below = (top + 1).min(self.rows - 1);
        let row = |row: usize| &self.levels[row * self.columns..][..self.columns];
        row(top)
            .iter()
            .zip(row(below))
            .map(|(a, b)| mix(a, b, share))
            .collect()
    }

    fn at(&self, x: u32, y: u32) -> [f32; 3] {
        let ((left, right), (top, below)) =
            (self.between(x, self.columns), self.between(y, self.rows));
        let level = |column: usize, row: usize| {
            &self.levels[row.min(self.rows - 1) * self.columns + column.min(self.columns - 1)]
        };
        let upper = mix(level(left, top), level(left + 1, top), right);
        mix(
            &upper,
            &mix(level(left, top + 1), level(left + 1, top + 1), right),
            below,
        )
    }

    fn within(&self, line: &[[f32; 3]], x: u32) -> [f32; 3] {
        let (left, share) = self.between(x, self.columns);
        mix(&line[left], &line[(left + 1).min(self.columns - 1)], share)
    }

    /// The square whose centre lies before a pixel, and how far the pixel is from it.
    fn between(&self, at: u32, squares: usize) -> (usize, f32) {
        let place = ((at as f32 + 0.5) / self.side as f32 - 0.5).clamp(0.0, (squares - 1) as f32);
        // At least 0, so the cast rounds down.
        (place as usize, place.fract())
    }
}

fn mix(a: &[f32; 3], b: &[f32; 3], share: f32) -> [f32; 3] {
    std::array::from_fn(|channel| a[channel] + share * (b[channel] - a[channel]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Feather, Layout, Mask};

    fn scene() -> Picture {
        let samples = (0..160 * 120_u32)
            .flat_map(|at| {
                let (x, y) = (at % 160, at / 160);
                [60 + x / 2, 70 + y, 150 - x / 3].map(|v| v as u8)
            })
            .collect();
        Picture::new(160, 120, Layout::Rgb, samples)
    }

    fn middle() -> Weights {
        let inside = |at: u32| (50..110).contains(&(at % 160)) && (40..80).contains(&(at / 160));
        let coverage = (0..160 * 120)
            .map(|at| if inside(at) { 255 } else { 0 })
            .collect();
        Weights::new(&Mask::new(160, 120, coverage), Feather::NONE, None)
    }

    fn toned(picture: &Picture, tone: impl Fn(u32, usize, f32) -> f32) -> Picture {
        let mut result = picture.clone();
        for (at, pixel) in result.samples_mut().chunks_exact_mut(3).enumerate() {
            for (channel, sample) in pixel.iter_mut().enumerate() {
                *sample = tone(at as u32, channel, f32::from(*sample)).round() as u8;
            }
        }
        result
    }

    fn worst(a: &Picture, b: &Picture, weights: &Weights) -> u8 {
        let pairs = a.samples().chunks_exact(3).zip(b.samples().chunks_exact(3));
        pairs
            .zip(weights.values())
            .filter(|(_, weight)| **weight > 0)
            .flat_map(|((a, b), _)| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)))
            .max()
            .unwrap()
    }

    #[test]
    fn gains_are_found_and_taken_back() {
        let (source, weights) = (scene(), middle());
        let mut reply = toned(&source, |_, channel, v| v * [1.08, 0.95, 1.02][channel]);
        let cover = Cover::everything(160, 120);
        let tone = Tone::fit(&source, &reply, &weights, &cover);
        assert!((tone.gain[0] - 1.0 / 1.08).abs() < 0.005, "{:?}", tone.gain);
        assert!((tone.gain[1] - 1.0 / 0.95).abs() < 0.005 && !tone.at_bound);
        let before = reply.clone();
        tone.apply(&mut reply, &weights);
        assert!(worst(&reply, &source, &weights) <= 2);
        // Outside the edit area the reply is as it was.
        let outside = |p: &Picture| p.pixel(3, 3).to_vec();
        assert_eq!(outside(&before), outside(&reply));
    }

    #[test]
    fn a_slow_change_of_tone_is_followed_to_the_seam() {
        let (source, weights) = (scene(), middle());
        let mut reply = toned(&source, |at, _, v| v + (at % 160) as f32 / 12.0 - 6.5);
        let cover = Cover::everything(160, 120);
        let tone = Tone::fit(&source, &reply, &weights, &cover);
        let seam = |picture: &Picture| {
            (40..80)
                .map(|y| {
                    let (a, b) = (picture.pixel(109, y), source.pixel(109, y));
                    a.iter()
                        .zip(b)
                        .map(|(a, b)| f32::from(a.abs_diff(*b)))
                        .sum::<f32>()
                        / 3.0
                })
                .sum::<f32>()
                / 40.0
        };
        let before = seam(&reply);
        tone.apply(&mut reply, &weights);
        assert!(
            seam(&reply) < 0.5 * before,
            "{} {before} {:?}",
            seam(&reply),
            tone.record()
        );
    }

    #[test]
    fn what_was_redrawn_has_no_say() {
        let (source, weights) = (scene(), middle());
        // A third of what should be equal is another picture.
        let mut reply = toned(
            &source,
            |at, _, v| if at / 160 < 36 { 255.0 - v } else { v * 1.05 },
        );
        let tone = Tone::fit(&source, &reply, &weights, &Cover::everything(160, 120));
        tone.apply(&mut reply, &weights);
        let worst = worst(&reply, &source, &weights);
        assert!(worst <= 4, "{worst} {:?}", tone.gain);
    }

    #[test]
    fn a_gain_that_is_not_believed_is_held_and_said() {
        let (source, weights) = (scene(), middle());
        let reply = toned(&source, |_, _, v| v * 0.6);
        let tone = Tone::fit(&source, &reply, &weights, &Cover::everything(160, 120));
        assert!(tone.at_bound && tone.gain.iter().all(|gain| *gain == GAIN[1]));
    }

    #[test]
    fn with_nothing_locked_nothing_is_done() {
        let source = scene();
        let weights = Weights::everything(160, 120, None);
        let cover = Cover::everything(160, 120);
        assert_eq!(Tone::fit(&source, &source, &weights, &cover), Tone::NONE);
    }
}
