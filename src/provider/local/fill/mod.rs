//! Filling a gap from its surroundings.
//!
//! Patches of the known part are found that fit what is already there, from coarse to fine, and
//! every pixel of the gap is a vote of the patches that cover it: the scheme of Wexler, Shechtman
//! and Irani, "Space-Time Completion of Video" (PAMI 2007), with the search of Barnes et al.,
//! "PatchMatch" (SIGGRAPH 2009). The search runs at a bounded size; the pixels themselves are then
//! taken from the full-size picture, so large pictures stay sharp and memory stays small.

mod guide;
mod level;
mod search;

use crate::picture::{Mask, Picture, Region};
use level::Level;
use search::{Field, search};

/// Where good patches are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prior {
    /// Anywhere around the gap.
    Anywhere,
    /// Near the border, in the colours that meet it: a scene continues, its subjects do not.
    NearBorder,
}

/// The longest side at which patches are searched.
const WORK: u32 = 512;

/// Fills what the mask marks; `None` when the known part is too small to hold a single patch.
pub(super) fn fill(picture: &Picture, mask: &Mask, prior: Prior, seed: u64) -> Option<Picture> {
    let Some(bounds) = mask.bounds() else {
        return Some(picture.clone());
    };
    let window = context(bounds, picture.width(), picture.height(), prior);
    let by = (f64::from(WORK) / f64::from(window.width.max(window.height))).min(1.0);
    let work = Level::of_window(picture, mask, window, by);
    let field = search(work, prior, seed)?;
    Some(paste(picture, mask, window, by, &field))
}

/// The gap with enough of its surroundings to learn from.
fn context(gap: Region, width: u32, height: u32, prior: Prior) -> Region {
    if prior == Prior::NearBorder {
        return Region {
            x: 0,
            y: 0,
            width,
            height,
        };
    }
    let margin = (gap.width.max(gap.height) * 3 / 4).max(64);
    let (x, y) = (gap.x.saturating_sub(margin), gap.y.saturating_sub(margin));
    let right = (gap.x + gap.width + margin).min(width);
    let bottom = (gap.y + gap.height + margin).min(height);
    Region {
        x,
        y,
        width: right - x,
        height: bottom - y,
    }
}

/// Takes the pixels of the gap from the full-size picture, each a mean over its close neighbours'
/// offsets, which hides where one patch ends and the next begins.
fn paste(picture: &Picture, mask: &Mask, window: Region, by: f64, field: &Field) -> Picture {
    let mut result = picture.clone();
    let channels = picture.layout().channels();
    let stride = picture.stride();
    for y in window.y..window.y + window.height {
        for x in window.x..window.x + window.width {
            if mask.at(x, y) == 0 {
                continue;
            }
            let (mut sum, mut weight) = ([0.0_f64; 4], 0.0);
            for (dx, dy, share) in [
                (0, 0, 4.0),
                (-2, 0, 1.0),
                (2, 0, 1.0),
                (0, -2, 1.0),
                (0, 2, 1.0),
            ] {
                let Some((u, v)) = origin(x, y, dx, dy, window, by, field) else {
                    continue;
                };
                if mask.at(u, v) > 0 {
                    continue;
                }
                for (sum, value) in sum.iter_mut().zip(picture.pixel(u, v)) {
                    *sum += f64::from(*value) * share;
                }
                weight += share;
            }
            if weight > 0.0 {
                let at = y as usize * stride + x as usize * channels;
                for (value, sum) in result.samples_mut()[at..at + channels].iter_mut().zip(sum) {
                    *value = (sum / weight).round() as u8;
                }
            }
        }
    }
    result
}

/// Where the pixel comes from by the offset of a neighbour on the search's grid.
fn origin(
    x: u32,
    y: u32,
    dx: i32,
    dy: i32,
    window: Region,
    by: f64,
    field: &Field,
) -> Option<(u32, u32)> {
    let near = |at: u32, start: u32, step: i32, limit: usize| {
        let on_grid = ((f64::from(at - start) + 0.5) * by) as i32 + step;
        on_grid.clamp(0, limit as i32 - 1)
    };
    let (gx, gy) = (
        near(x, window.x, dx, field.width),
        near(y, window.y, dy, field.height),
    );
    let (u, v) = field.source[gy as usize * field.width + gx as usize];
    if (u, v) == (0, 0) {
        return None;
    }
    let moved = |at: u32, from: i32, to: u16| {
        i64::from(at) + ((f64::from(to) - f64::from(from)) / by).round() as i64
    };
    let (u, v) = (moved(x, gx, u), moved(y, gy, v));
    let inside = |at: i64, start: u32, length: u32| {
        (i64::from(start)..i64::from(start) + i64::from(length)).contains(&at)
    };
    (inside(u, window.x, window.width) && inside(v, window.y, window.height))
        .then_some((u as u32, v as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    fn checks(width: u32, height: u32) -> Picture {
        let samples = (0..width * height)
            .flat_map(|at| {
                let (x, y) = (at % width, at / width);
                if (x / 4 + y / 4) % 2 == 0 {
                    [30, 60, 90]
                } else {
                    [200, 180, 160]
                }
            })
            .collect();
        Picture::new(width, height, Layout::Rgb, samples)
    }

    fn hole(width: u32, height: u32, region: Region) -> Mask {
        let coverage = (0..width * height)
            .map(|at| {
                let (x, y) = (at % width, at / width);
                let inside = (region.x..region.x + region.width).contains(&x)
                    && (region.y..region.y + region.height).contains(&y);
                if inside { 255 } else { 0 }
            })
            .collect();
        Mask::new(width, height, coverage)
    }

    #[test]
    fn a_regular_texture_is_continued() {
        let truth = checks(96, 80);
        let mask = hole(
            96,
            80,
            Region {
                x: 34,
                y: 26,
                width: 24,
                height: 20,
            },
        );
        let mut damaged = truth.clone();
        for y in 26..46 {
            for x in 34..58 {
                let at = (y * 96 + x) * 3;
                damaged.samples_mut()[at..at + 3].copy_from_slice(&[255, 0, 255]);
            }
        }
        let filled = fill(&damaged, &mask, Prior::Anywhere, 1).unwrap();
        let wrong = truth
            .rgb()
            .zip(filled.rgb())
            .filter(|(a, b)| a[0].abs_diff(b[0]) > 60)
            .count();
        assert!(wrong < 60, "{wrong} of 480 pixels are wrong");
        assert!(
            filled.rgb().all(|p| p != [255, 0, 255]),
            "nothing of the gap's colour is left"
        );
    }

    #[test]
    fn what_the_mask_does_not_mark_is_untouched_and_the_seed_decides_the_rest() {
        let picture = checks(64, 64);
        let mask = hole(
            64,
            64,
            Region {
                x: 0,
                y: 40,
                width: 64,
                height: 24,
            },
        );
        let (one, two) = (
            fill(&picture, &mask, Prior::NearBorder, 5).unwrap(),
            fill(&picture, &mask, Prior::NearBorder, 5).unwrap(),
        );
        assert_eq!(one, two);
        assert_eq!(
            one.samples()[..40 * 64 * 3],
            picture.samples()[..40 * 64 * 3]
        );
    }

    #[test]
    fn what_lies_in_the_gap_does_not_matter() {
        let mask = hole(
            96,
            80,
            Region {
                x: 0,
                y: 50,
                width: 96,
                height: 30,
            },
        );
        let known = checks(96, 80);
        let filled_over = |color: [u8; 3]| {
            let mut picture = known.clone();
            for pixel in picture.samples_mut()[50 * 96 * 3..].chunks_exact_mut(3) {
                pixel.copy_from_slice(&color);
            }
            fill(&picture, &mask, Prior::NearBorder, 5).unwrap()
        };
        assert_eq!(filled_over([255, 0, 255]), filled_over([0, 90, 10]));
    }

    #[test]
    fn tiny_pictures_and_full_masks_do_no_harm() {
        for (w, h) in [(1, 1), (1, 50), (9, 9)] {
            let picture = Picture::filled(w, h, Layout::Rgb, &[9, 9, 9]);
            let all = Mask::new(w, h, vec![255; (w * h) as usize]);
            assert_eq!(fill(&picture, &all, Prior::Anywhere, 1), None);
        }
    }
}
