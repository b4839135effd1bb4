//! Placements: how the scene was cropped, continued and scaled for a provider, and the way back.
//!
//! Four whole numbers and a size have an exact inverse. At scale 1 pixels are copied, not filtered.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::export::{Filter, scale};
use super::outward::continued;
use super::{Canvas, Mask, Picture, Size, mask};

/// How the scene was cropped and scaled for a provider, with its exact inverse.
///
/// ```
/// use scumble::picture::{Canvas, Placement};
/// let placement = Placement::whole(Canvas::of(1080, 1350));
/// assert!(placement.is_identity_scale());
/// assert_eq!(placement.to_sent(540.0, 675.5), (540.0, 675.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// The part of the canvas that was sent: left, top, width, height. It may reach beyond the
    /// canvas, where the picture is continued.
    pub crop: [i64; 4],
    /// The size it was sent at.
    pub sent: Size,
    /// Where the source's corner lies in what was sent, and at which scale.
    pub source_at: SourceAt,
}

/// A position and a scale within what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SourceAt {
    /// Column of the source's left edge.
    pub x: f64,
    /// Row of the source's top edge.
    pub y: f64,
    /// Sent pixels per source pixel.
    pub scale: f64,
}

impl Placement {
    /// A part of the canvas at a size; its sides are at least 1.
    pub fn new(canvas: Canvas, crop: [i64; 4], sent: Size) -> Self {
        let mut placement = Self {
            crop,
            sent,
            source_at: SourceAt {
                x: 0.0,
                y: 0.0,
                scale: 1.0,
            },
        };
        let (x, y) = placement.to_sent(f64::from(canvas.x), f64::from(canvas.y));
        placement.source_at = SourceAt {
            x,
            y,
            scale: placement.across(),
        };
        placement
    }

    /// The whole canvas, unscaled.
    pub fn whole(canvas: Canvas) -> Self {
        let size = Size {
            width: canvas.width,
            height: canvas.height,
        };
        Self::new(
            canvas,
            [0, 0, i64::from(size.width), i64::from(size.height)],
            size,
        )
    }

    /// Sent columns per column of the canvas.
    pub fn across(&self) -> f64 {
        f64::from(self.sent.width) / self.crop[2] as f64
    }

    /// Sent rows per row of the canvas; differs from [`across`](Self::across) by rounding only.
    pub fn down(&self) -> f64 {
        f64::from(self.sent.height) / self.crop[3] as f64
    }

    /// Whether it can be carried out on a canvas; one that was read from a file may be anything.
    pub fn is_sound(&self, canvas: Canvas) -> bool {
        // No model takes more, and no padding is wider.
        const MOST: u64 = 1 << 30;
        const SIDE: i64 = 1 << 20;
        let [left, top, width, height] = self.crop;
        let area = |w: i64, h: i64| w.checked_mul(h).is_some_and(|area| area as u64 <= MOST);
        let meets = |at: i64, side: i64, whole: u32| {
            (-SIDE..=SIDE).contains(&at)
                && (1..=SIDE).contains(&side)
                && at < i64::from(whole)
                && at + side > 0
        };
        let sent = self.sent.pixels();
        (1..=MOST).contains(&sent)
            && meets(left, width, canvas.width)
            && meets(top, height, canvas.height)
            && area(width, height)
    }

    /// Whether no pixel is resampled.
    pub fn is_identity_scale(&self) -> bool {
        self.crop[2] == i64::from(self.sent.width) && self.crop[3] == i64::from(self.sent.height)
    }

    /// Where a point of the canvas lies in what was sent. The centre of the first pixel is 0.5, 0.5.
    pub fn to_sent(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, top, ..] = self.crop;
        (
            (x - left as f64) * self.across(),
            (y - top as f64) * self.down(),
        )
    }

    /// Where a point of what was sent lies on the canvas.
    pub fn to_canvas(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, top, ..] = self.crop;
        (
            x / self.across() + left as f64,
            y / self.down() + top as f64,
        )
    }

    /// The picture to send; `reference` has the canvas's size.
    pub fn send(&self, reference: &Picture) -> Picture {
        let Size { width, height } = self.sent;
        let [left, top, across, down] = self.crop;
        if [left, top] == [0, 0] && (across, down) == sides(reference.size()) {
            return scale(reference, width, height, Filter::Lanczos);
        }
        let columns = shared(left, across, reference.width());
        let rows = shared(top, down, reference.height());
        let channels = reference.layout().channels();
        let mut samples = Vec::with_capacity(
            (columns.end - columns.start) as usize * (rows.end - rows.start) as usize * channels,
        );
        for y in rows.clone() {
            let row = reference.row(y);
            samples.extend_from_slice(
                &row[columns.start as usize * channels..columns.end as usize * channels],
            );
        }
        let size = (columns.end - columns.start, rows.end - rows.start);
        let part = Picture::new(size.0, size.1, reference.layout(), samples)
            .with_profile(reference.profile().cloned());
        let whole = if sides(size) == (across, down) {
            part
        } else {
            let frame = Size {
                width: across as u32,
                height: down as u32,
            };
            let (x, y) = (i64::from(columns.start) - left, i64::from(rows.start) - top);
            continued(&part, frame, x as u32, y as u32)
        };
        if self.is_identity_scale() {
            whole
        } else {
            scale(&whole, width, height, Filter::Lanczos)
        }
    }

    /// The mask to send. Beyond the canvas it continues the border's coverage. A sent pixel has the
    /// mean coverage under it, rounded up: nothing that may change becomes 0.
    pub fn send_mask(&self, mask: &Mask) -> Mask {
        let Size { width, height } = self.sent;
        let [left, top, across, down] = self.crop;
        let (columns, rows) = (footprints(width, across), footprints(height, down));
        let area = across as f64 / f64::from(width) * down as f64 / f64::from(height);
        let on = |at: i64, side: u32| at.clamp(0, i64::from(side) - 1) as u32;
        let mut coverage = vec![0; width as usize * height as usize];
        coverage
            .par_chunks_mut(width as usize)
            .zip(&rows)
            .for_each(|(out, rows)| {
                let mut sums = vec![0.0; columns.len()];
                for (row, tall) in rows.parts() {
                    let y = on(top + row, mask.height());
                    for (sum, columns) in sums.iter_mut().zip(&columns) {
                        for (column, wide) in columns.parts() {
                            let x = on(left + column, mask.width());
                            *sum += f64::from(mask.at(x, y)) * wide * tall;
                        }
                    }
                }
                for (value, sum) in out.iter_mut().zip(sums) {
                    // A billionth forgives what adding up shares has lost.
                    *value = (sum / area - 1e-9).ceil().min(255.0) as u8;
                }
            });
        Mask::new(width, height, coverage)
    }

    /// The way back for a reply that lies exactly where the request lay and has its size: the crop
    /// is taken from it, everything else from the reference.
    pub fn unplace(&self, reply: &Picture, reference: &Picture) -> Picture {
        let [left, top, across, down] = self.crop;
        let reply = reply.to_layout(reference.layout());
        let reply = scale(&reply, across as u32, down as u32, Filter::Lanczos);
        let columns = shared(left, across, reference.width());
        let channels = reference.layout().channels();
        let stride = reference.stride();
        let mut result = reference.clone();
        for y in shared(top, down, reference.height()) {
            let row = reply.row((i64::from(y) - top) as u32);
            let from = (i64::from(columns.start) - left) as usize * channels;
            let length = (columns.end - columns.start) as usize * channels;
            let at = y as usize * stride + columns.start as usize * channels;
            result.samples_mut()[at..at + length].copy_from_slice(&row[from..from + length]);
        }
        result
    }

    /// The placement as `plan` says it: what is sent, at which size and scale.
    pub fn in_words(&self, canvas: Canvas) -> String {
        let Size { width, height } = self.sent;
        let [left, top, across, down] = self.crop;
        let (right, bottom) = (
            left + across - i64::from(canvas.width),
            top + down - i64::from(canvas.height),
        );
        let whole = left <= 0 && top <= 0 && right >= 0 && bottom >= 0;
        let padded = (-left).max(-top).max(right).max(bottom);
        let what = if whole {
            "the whole picture"
        } else {
            "the part around the mask"
        };
        let continued = match padded {
            ..=0 => String::new(),
            by => format!(", continued beyond its border by up to {by} px"),
        };
        let by = mask::percent(self.source_at.scale);
        let scaled = if self.is_identity_scale() {
            "unscaled".to_owned()
        } else if self.source_at.scale < 1.0 {
            format!("scaled down to {by}: it is larger than the model takes")
        } else {
            format!("scaled up to {by}: it is smaller than the model takes")
        };
        format!("{what} at {width}×{height}{continued}, {scaled}")
    }
}

fn sides((width, height): (u32, u32)) -> (i64, i64) {
    (i64::from(width), i64::from(height))
}

/// The part of a crop that lies on the canvas.
fn shared(start: i64, length: i64, side: u32) -> std::ops::Range<u32> {
    let on = |at: i64| at.clamp(0, i64::from(side)) as u32;
    on(start)..on(start + length)
}

/// The stretch of the crop that one sent pixel covers, in pixels of the canvas.
struct Footprint {
    start: f64,
    end: f64,
}

impl Footprint {
    /// The pixels it touches, and how much of each.
    fn parts(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        (self.start as i64..self.end.ceil() as i64)
            .map(|at| {
                let share = self.end.min(at as f64 + 1.0) - self.start.max(at as f64);
                (at, share)
            })
            .filter(|(_, share)| *share > 1e-9)
    }
}

fn footprints(sent: u32, length: i64) -> Vec<Footprint> {
    let edge = |at: u32| (i64::from(at) * length) as f64 / f64::from(sent);
    (0..sent)
        .map(|at| Footprint {
            start: edge(at),
            end: edge(at + 1),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;
    use proptest::prelude::*;

    fn noisy(width: u32, height: u32) -> Picture {
        let samples =
            (0..width * height * 3).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
        Picture::new(width, height, Layout::Rgb, samples.collect())
    }

    /// A canvas and a crop that shares something with it.
    fn crops() -> impl Strategy<Value = (u32, u32, [i64; 4])> {
        (1_u32..60, 1_u32..60).prop_flat_map(|(w, h)| {
            let (wide, high) = (i64::from(w), i64::from(h));
            let part = move |side: i64| {
                (-20..side, 1..side + 40).prop_map(|(at, length)| (at, length.max(1 - at)))
            };
            (part(wide), part(high))
                .prop_map(move |((x, across), (y, down))| (w, h, [x, y, across, down]))
        })
    }

    #[test]
    fn a_faithful_reply_of_a_part_is_the_reference_again() {
        let reference = noisy(30, 20);
        let placement = Placement::new(
            Canvas::of(30, 20),
            [5, -4, 16, 32],
            Size {
                width: 16,
                height: 32,
            },
        );
        let sent = placement.send(&reference);
        assert_eq!(sent.size(), (16, 32));
        assert_eq!(sent.pixel(0, 4), reference.pixel(5, 0));
        assert_eq!(
            placement.source_at,
            SourceAt {
                x: -5.0,
                y: 4.0,
                scale: 1.0
            }
        );
        assert_eq!(placement.unplace(&sent, &reference), reference);
    }

    #[test]
    fn words() {
        let canvas = Canvas::of(6000, 4000);
        let say = |crop, width, height| {
            Placement::new(canvas, crop, Size { width, height }).in_words(canvas)
        };
        assert_eq!(
            Placement::whole(canvas).in_words(canvas),
            "the whole picture at 6000×4000, unscaled"
        );
        assert_eq!(
            say([100, 100, 816, 816], 816, 816),
            "the part around the mask at 816×816, unscaled"
        );
        assert_eq!(
            say([-4, -4, 6008, 4008], 3520, 2352),
            "the whole picture at 3520×2352, continued beyond its border by up to 4 px, \
             scaled down to 58.6 %: it is larger than the model takes"
        );
    }

    proptest! {
        #[test]
        fn place_then_unplace_is_the_identity((w, h, crop) in crops()) {
            let size = Size { width: crop[2] as u32, height: crop[3] as u32 };
            let placement = Placement::new(Canvas::of(w, h), crop, size);
            let reference = noisy(w, h);
            prop_assert!(placement.is_identity_scale());
            let sent = placement.send(&reference);
            prop_assert_eq!(sent.size(), (size.width, size.height));
            prop_assert_eq!(placement.unplace(&sent, &reference), reference);
        }

        #[test]
        fn the_way_back_is_exact(
            (w, h, crop) in crops(), width in 1_u32..90, height in 1_u32..90,
            x in -50.0_f64..150.0, y in -50.0_f64..150.0,
        ) {
            let placement = Placement::new(Canvas::of(w, h), crop, Size { width, height });
            let (sx, sy) = placement.to_sent(x, y);
            let (bx, by) = placement.to_canvas(sx, sy);
            prop_assert!((bx - x).abs() < 1e-9 && (by - y).abs() < 1e-9);
            let corner = placement.to_sent((crop[0] + crop[2]) as f64, (crop[1] + crop[3]) as f64);
            prop_assert!((corner.0 - f64::from(width)).abs() < 1e-9);
            prop_assert!((corner.1 - f64::from(height)).abs() < 1e-9);
        }

        #[test]
        fn no_coverage_is_lost_and_more_coverage_sends_more(
            (w, h, crop) in crops(), width in 1_u32..90, height in 1_u32..90, seed in any::<u64>(),
        ) {
            let bits = |at: u32, of: u64| (seed ^ of).wrapping_mul(u64::from(at) * 2 + 1) >> 56;
            let less: Vec<u8> = (0..w * h)
                .map(|at| if bits(at, 1) > 200 { bits(at, 2) as u8 } else { 0 })
                .collect();
            let more: Vec<u8> = less.iter().enumerate()
                .map(|(at, value)| value.saturating_add(bits(at as u32, 3) as u8 / 2))
                .collect();
            let placement = Placement::new(Canvas::of(w, h), crop, Size { width, height });
            let sent = placement.send_mask(&Mask::new(w, h, less.clone()));
            let larger = placement.send_mask(&Mask::new(w, h, more));
            prop_assert!(sent.coverage().iter().zip(larger.coverage()).all(|(a, b)| a <= b));
            // Every covered pixel of the crop is covered where its centre went.
            for (at, _) in less.iter().enumerate().filter(|(_, value)| **value > 0) {
                let (x, y) = (at as u32 % w, at as u32 / w);
                let (sx, sy) = placement.to_sent(f64::from(x) + 0.5, f64::from(y) + 0.5);
                let inside = sx >= 0.0 && sy >= 0.0 && sx < f64::from(width) && sy < f64::from(height);
                if inside {
                    prop_assert!(sent.at(sx as u32, sy as u32) > 0);
                }
            }
            let full = placement.send_mask(&Mask::new(w, h, vec![255; (w * h) as usize]));
            prop_assert!(full.coverage().iter().all(|value| *value == 255));
            let none = placement.send_mask(&Mask::empty(w, h));
            prop_assert!(none.coverage().iter().all(|value| *value == 0));
        }
    }
}
