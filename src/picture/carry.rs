//! Outpainting's seam: what the reply gets wrong at the source's border is carried into the new
//! area and dies out there, so that source and new area meet without a step.
//!
//! The source is neither faded nor resampled. Each new pixel takes the difference at the nearest
//! place of the border, averaged along the border the more widely the further away it is, so that
//! single pixels leave no streaks.

use rayon::prelude::*;

use super::tone::Tone;
use super::{Canvas, Picture, color::rgb};

/// Where the difference has died out, in pixels.
const REACH: f32 = 64.0;
/// The most that is carried, in 8-bit levels: more is another content, not another tone.
const MOST: f32 = 40.0;

/// Carries the difference between `reference`, the source on its canvas, and the aligned reply
/// outward from the source's border. The reply's new area has its tone matched already; `tone` says
/// what the rest would be. Pixels of the source's own place stay as they are.
///
/// # Panics
/// When the sizes differ.
pub fn carry(
    reference: &Picture,
    reply: &mut Picture,
    tone: &Tone,
    canvas: Canvas,
    source: (u32, u32),
) {
    assert_eq!(reference.size(), reply.size(), "size of source and reply");
    let (w, h) = source;
    if w == 0 || h == 0 {
        return;
    }
    let border = Border::of(reference, reply, tone, canvas, (w, h));
    let layout = reply.layout();
    let (channels, stride) = (layout.channels(), reply.stride().max(1));
    let colors = channels - usize::from(layout.has_alpha());
    reply
        .samples_mut()
        .par_chunks_mut(stride)
        .enumerate()
        .for_each(|(y, row)| {
            let y = y as u32;
            for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                let Some(add) = border.outward(x as u32, y) else {
                    continue;
                };
                for (channel, sample) in pixel[..colors].iter_mut().enumerate() {
                    // Grey carries the mean of three equal differences.
                    // A float becomes the nearest sample that there is.
                    *sample = (f32::from(*sample) + add[channel] + 0.5) as u8;
                }
            }
        });
}

/// The differences along the source's border, clockwise from its top left corner.
struct Border {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    /// Sums of all differences up to a place, twice around, so that means may cross the corner.
    sums: Vec<[f64; 3]>,
    length: usize,
}

impl Border {
    fn of(
        reference: &Picture,
        reply: &Picture,
        tone: &Tone,
        canvas: Canvas,
        (width, height): (u32, u32),
    ) -> Self {
        let (left, top) = (canvas.x, canvas.y);
        let (right, bottom) = (left + width - 1, top + height - 1);
        let mut places = Vec::new();
        places.extend((left..=right).map(|x| (x, top)));
        places.extend((top..=bottom).map(|y| (right, y)));
        places.extend((left..=right).rev().map(|x| (x, bottom)));
        places.extend((top..=bottom).rev().map(|y| (left, y)));
        let differences: Vec<[f64; 3]> = places
            .iter()
            .map(|(x, y)| {
                let own = rgb(reference.pixel(*x, *y));
                let other = tone.matched(rgb(reply.pixel(*x, *y)), *x, *y);
                std::array::from_fn(|channel| f64::from(own[channel]) - f64::from(other[channel]))
            })
            .collect();
        let length = differences.len();
        let mut sums = Vec::with_capacity(2 * length + 1);
        let mut sum = [0.0; 3];
        sums.push(sum);
        for difference in differences.iter().chain(&differences) {
            for channel in 0..3 {
                sum[channel] += difference[channel];
            }
            sums.push(sum);
        }
        Self {
            left,
            top,
            width,
            height,
            sums,
            length,
        }
    }

    /// What a pixel of the new area takes; `None` within the source and where it has died out.
    fn outward(&self, x: u32, y: u32) -> Option<[f32; 3]> {
        let right = self.left + self.width - 1;
        let bottom = self.top + self.height - 1;
        let (u, v) = (x.clamp(self.left, right), y.clamp(self.top, bottom));
        let (dx, dy) = (x.abs_diff(u), y.abs_diff(v));
        if dx == 0 && dy == 0 {
            return None;
        }
        let far = (dx as f32).hypot(dy as f32) - 1.0;
        if far >= REACH {
            return None;
        }
        let (w, h) = (self.width as usize, self.height as usize);
        let (across, down) = ((u - self.left) as usize, (v - self.top) as usize);
        let place = if dy > 0 && y < self.top {
            across
        } else if dx > 0 && x > right {
            w + down
        } else if dy > 0 {
            w + h + (w - 1 - across)
        } else {
            2 * w + h + (h - 1 - down)
        };
        // Half the width of the mean grows with the distance.
        let half = (far as usize).min((self.length - 1) / 2);
        let from = (place + self.length - half) % self.length;
        let count = 2 * half + 1;
        let fade = 1.0 - super::smooth_step(far / REACH);
        Some(std::array::from_fn(|channel| {
            let sum = self.sums[from + count][channel] - self.sums[from][channel];
            ((sum / count as f64) as f32).clamp(-MOST, MOST) * fade
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    const CANVAS: Canvas = Canvas {
        width: 60,
        height: 200,
        x: 0,
        y: 70,
    };

    #[test]
    fn a_step_at_the_border_dies_out() {
        let reference = Picture::filled(60, 200, Layout::Rgb, &[100, 120, 140]);
        let mut reply = Picture::filled(60, 200, Layout::Rgb, &[90, 120, 150]);
        carry(&reference, &mut reply, &Tone::NONE, CANVAS, (60, 60));
        assert_eq!(
            reply.pixel(30, 69),
            [100, 120, 140],
            "no step at the border"
        );
        assert_eq!(reply.pixel(30, 130), [100, 120, 140]);
        assert_eq!(
            reply.pixel(30, 100),
            [90, 120, 150],
            "the source's place is left alone"
        );
        assert_eq!(
            reply.pixel(30, 2),
            [90, 120, 150],
            "nothing is carried so far"
        );
        let half = reply.pixel(30, 38)[0];
        assert!((93..97).contains(&half), "{half}");
    }

    #[test]
    fn a_single_pixel_leaves_no_streak() {
        let reference = Picture::filled(60, 200, Layout::Grey, &[100]);
        let mut reply = reference.clone();
        reply.samples_mut()[70 * 60 + 30] = 130;
        carry(&reference, &mut reply, &Tone::NONE, CANVAS, (60, 60));
        assert_eq!(
            reply.pixel(30, 69),
            [70],
            "at the border it meets the source"
        );
        assert!(
            reply.pixel(30, 60)[0] >= 98,
            "ten pixels on it is gone: {:?}",
            reply.pixel(30, 60)
        );
    }

    #[test]
    fn every_side_and_corner_is_reached() {
        let canvas = Canvas {
            width: 100,
            height: 90,
            x: 20,
            y: 30,
        };
        let reference = Picture::filled(100, 90, Layout::Rgb, &[50, 50, 50]);
        let mut reply = Picture::filled(100, 90, Layout::Rgb, &[40, 50, 60]);
        carry(&reference, &mut reply, &Tone::NONE, canvas, (30, 20));
        for (x, y) in [(19, 35), (50, 35), (30, 29), (30, 50), (19, 29), (50, 50)] {
            assert_eq!(reply.pixel(x, y), [50, 50, 50], "{x},{y}");
        }
    }
}
