//! What may lie beyond a picture's border: the strip along it mirrored, ever softer with distance.
//!
//! Models copy what they are shown. A repeated border shows them streaks, a plain mirror a second
//! subject; here the border is met exactly, and some way out only light and colour are left.

use rayon::prelude::*;

use super::export::{Filter, scale};
use super::{Picture, Size};

/// The detail halves when one plus the distance over this doubles, in pixels.
const SOFTENING: f32 = 4.0;
/// Only one part in so many of a side is mirrored.
const STRIP: i64 = 8;

/// The picture in a larger frame, its corner at `x`, `y`; what is new continues it outward.
///
/// Needs a third of the picture's memory for softer copies of it.
pub(super) fn continued(picture: &Picture, frame: Size, x: u32, y: u32) -> Picture {
    let (width, height) = picture.size();
    if (frame.width, frame.height) == (width, height) {
        return picture.clone();
    }
    let channels = picture.layout().channels();
    let stride = frame.width as usize * channels;
    let mut samples = vec![0; stride * frame.height as usize];
    let softer = softer(picture, farthest(picture, frame, x, y));
    let (left, right) = (x as usize * channels, (x + width) as usize * channels);
    samples
        .par_chunks_mut(stride)
        .enumerate()
        .for_each(|(row, out)| {
            let v = row as i64 - i64::from(y);
            let inside = (0..i64::from(height)).contains(&v);
            if inside {
                out[left..right].copy_from_slice(picture.row(v as u32));
            }
            for (column, pixel) in out.chunks_exact_mut(channels).enumerate() {
                let u = column as i64 - i64::from(x);
                if !(inside && (0..i64::from(width)).contains(&u)) {
                    beyond(picture, &softer, u, v, pixel);
                }
            }
        });
    Picture::new(frame.width, frame.height, picture.layout(), samples)
        .with_profile(picture.profile().cloned())
}

/// The longest distance of a corner of the frame from the picture.
fn farthest(picture: &Picture, frame: Size, x: u32, y: u32) -> f32 {
    let reach = |at: u32, side: u32, whole: u32| at.max(whole - at - side) as f32;
    reach(x, picture.width(), frame.width).hypot(reach(y, picture.height(), frame.height))
}

/// How soft the picture is at a distance from it: each step halves its detail.
fn softness(distance: f32) -> f32 {
    (1.0 + distance / SOFTENING).log2()
}

/// Copies of half the size, a quarter, and so on, as soft as the farthest pixel needs them.
fn softer(picture: &Picture, farthest: f32) -> Vec<Picture> {
    let count = softness(farthest).ceil() as usize + 1;
    let mut copies: Vec<Picture> = Vec::new();
    while copies.len() < count {
        let last = copies.last().unwrap_or(picture);
        if last.size() == (1, 1) {
            break;
        }
        let (w, h) = (last.width().div_ceil(2), last.height().div_ceil(2));
        copies.push(scale(last, w, h, Filter::Bilinear));
    }
    copies
}

/// The pixel at `u`, `v` of a picture it lies outside of.
fn beyond(picture: &Picture, softer: &[Picture], u: i64, v: i64, pixel: &mut [u8]) {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let away = |at: i64, side: i64| (-at).max(at - (side - 1)).max(0) as f32;
    let soft = softness(away(u, width).hypot(away(v, height)));
    let (u, v) = (mirrored(u, width), mirrored(v, height));
    let exact = |channel: usize| f32::from(picture.pixel(u, v)[channel]);
    let place = (
        (u as f32 + 0.5) / width as f32,
        (v as f32 + 0.5) / height as f32,
    );
    let sharp = soft as usize;
    let share = soft - sharp as f32;
    let taken = |level: usize| -> [f32; 4] {
        match level.min(softer.len()).checked_sub(1) {
            None => [0, 1, 2, 3].map(|channel| {
                if channel < pixel.len() {
                    exact(channel)
                } else {
                    0.0
                }
            }),
            Some(at) => between(&softer[at], place),
        }
    };
    let (near, far) = (taken(sharp), taken(sharp + 1));
    for (channel, value) in pixel.iter_mut().enumerate() {
        let mixed = near[channel] + (far[channel] - near[channel]) * share;
        *value = mixed.round().clamp(0.0, 255.0) as u8;
    }
}

/// To and fro within a strip along the border, since further in lie the subjects. The border pixel
/// is met twice, so that nothing jumps there.
fn mirrored(at: i64, side: i64) -> u32 {
    let strip = (side / STRIP).max(1);
    let folded = |depth: i64| {
        let along = depth % (2 * strip);
        along.min(2 * strip - 1 - along)
    };
    let inside = if at < 0 {
        folded(-1 - at)
    } else if at >= side {
        side - 1 - folded(at - side)
    } else {
        at
    };
    inside as u32
}

/// A bilinear sample at a place given as shares of width and height.
fn between(picture: &Picture, (across, down): (f32, f32)) -> [f32; 4] {
    let split = |share: f32, side: u32| {
        let at = (share * side as f32 - 0.5).clamp(0.0, (side - 1) as f32);
        let low = at as u32;
        (low, (low + 1).min(side - 1), at - low as f32)
    };
    let (left, right, fx) = split(across, picture.width());
    let (top, bottom, fy) = split(down, picture.height());
    let corners = [
        (picture.pixel(left, top), (1.0 - fx) * (1.0 - fy)),
        (picture.pixel(right, top), fx * (1.0 - fy)),
        (picture.pixel(left, bottom), (1.0 - fx) * fy),
        (picture.pixel(right, bottom), fx * fy),
    ];
    let mut sum = [0.0; 4];
    for (corner, share) in corners {
        for (sum, value) in sum.iter_mut().zip(corner) {
            *sum += f32::from(*value) * share;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;
    use proptest::prelude::*;

    fn framed(picture: &Picture, width: u32, height: u32, x: u32, y: u32) -> Picture {
        continued(picture, Size { width, height }, x, y)
    }

    #[test]
    fn one_colour_stays_that_colour() {
        let flat = Picture::filled(3, 2, Layout::Rgba, &[10, 200, 30, 255]);
        let grown = framed(&flat, 40, 30, 5, 20);
        assert!(
            grown
                .samples()
                .chunks_exact(4)
                .all(|p| p == [10, 200, 30, 255])
        );
    }

    #[test]
    fn the_border_is_met_and_detail_is_lost_with_distance() {
        // Columns of a coarse and a fine wave.
        let samples = (0..256 * 64)
            .map(|at| {
                let x = (at % 256) as f32;
                (128.0 + 60.0 * (x / 30.0).sin() + 50.0 * (x * 1.1).sin()) as u8
            })
            .collect();
        let picture = Picture::new(256, 64, Layout::Grey, samples);
        let grown = framed(&picture, 256, 864, 0, 0);
        let jump = |row: u32| {
            let pairs = grown.row(row).iter().zip(grown.row(row - 1));
            pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>() / 256
        };
        assert!(jump(64) <= 12, "the border is met: {}", jump(64));
        let detail = |row: u32| {
            let values = grown.row(row);
            values
                .windows(2)
                .map(|pair| u32::from(pair[0].abs_diff(pair[1])))
                .sum::<u32>()
        };
        let away = [63, 68, 80, 120, 400].map(detail);
        assert!(away.is_sorted_by(|a, b| a > b), "{away:?}");
        assert!(away[4] * 20 < away[0], "{away:?}");
        assert_eq!(grown, framed(&picture, 256, 864, 0, 0));
    }

    proptest! {
        #[test]
        fn the_picture_itself_is_untouched(
            w in 1_u32..40, h in 1_u32..40, left in 0_u32..30, top in 0_u32..30,
            right in 0_u32..30, bottom in 0_u32..30, seed in any::<u8>(),
        ) {
            let samples = (0..w * h * 3).map(|at| (at * 31 % 251) as u8 ^ seed).collect();
            let picture = Picture::new(w, h, Layout::Rgb, samples);
            let grown = framed(&picture, left + w + right, top + h + bottom, left, top);
            for y in 0..h {
                let row = &grown.row(y + top)[left as usize * 3..(left + w) as usize * 3];
                prop_assert_eq!(row, picture.row(y));
            }
        }
    }
}
