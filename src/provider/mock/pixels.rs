//! What the mock's effects do to pixels.

use crate::picture::{Layout, Mask, Picture};
use crate::provider::noise;

/// Stripes of two colours that depend on the seed, so that a change is certain and visible.
fn stripes(x: u32, y: u32, seed: u64) -> [f32; 3] {
    let tone = |n| 60.0 + 140.0 * noise::hash(n, 7, seed);
    let wave = ((x + 2 * y) as f32 / 23.0).sin() * 0.5 + 0.5;
    [0, 1, 2].map(|channel| tone(channel) * (1.0 - wave) + tone(channel + 3) * wave)
}

pub(super) fn paint(mut picture: Picture, mask: Option<&Mask>, seed: u64) -> Picture {
    let (width, layout) = (picture.width(), picture.layout());
    let channels = layout.channels();
    for (at, pixel) in picture.samples_mut().chunks_exact_mut(channels).enumerate() {
        let (x, y) = (at as u32 % width, at as u32 / width);
        let coverage = mask.map_or(255, |mask| mask.at(x, y));
        if coverage > 0 {
            set(
                pixel,
                layout,
                stripes(x, y, seed),
                f32::from(coverage) / 255.0,
            );
        }
    }
    picture
}

pub(super) fn repaint(mut picture: Picture, seed: u64) -> Picture {
    let (width, layout) = (picture.width(), picture.layout());
    for (at, pixel) in picture
        .samples_mut()
        .chunks_exact_mut(layout.channels())
        .enumerate()
    {
        let (x, y) = (at as u32 % width, at as u32 / width);
        let before = pixel.to_vec();
        set(pixel, layout, stripes(x, y, seed), 0.6);
        if layout.has_alpha() {
            pixel[layout.channels() - 1] = 255;
        }
        // An adversary leaves no pixel alone.
        if pixel == before {
            pixel[0] = pixel[0].wrapping_add(1);
        }
    }
    picture
}

fn set(pixel: &mut [u8], layout: Layout, color: [f32; 3], share: f32) {
    let colors = if layout.has_alpha() {
        pixel.len() - 1
    } else {
        pixel.len()
    };
    for channel in 0..colors {
        let value = f32::from(pixel[channel]);
        pixel[channel] = (value + (color[channel] - value) * share)
            .round()
            .clamp(0.0, 255.0) as u8;
    }
    if layout.has_alpha() && share > 0.0 {
        pixel[colors] = 255;
    }
}

pub(super) fn per_sample(
    mut picture: Picture,
    change: impl Fn(usize, usize, f32) -> f32,
) -> Picture {
    let layout = picture.layout();
    let channels = layout.channels();
    let colors = if layout.has_alpha() {
        channels - 1
    } else {
        channels
    };
    for (at, pixel) in picture.samples_mut().chunks_exact_mut(channels).enumerate() {
        for (channel, value) in pixel[..colors].iter_mut().enumerate() {
            *value = change(at, channel, f32::from(*value))
                .round()
                .clamp(0.0, 255.0) as u8;
        }
    }
    picture
}

/// Moves the content: `back` tells, relative to the middle, where a pixel of the reply comes from.
/// Bilinear; what lies outside repeats the border.
pub(super) fn warp(picture: &Picture, back: impl Fn(f32, f32) -> (f32, f32)) -> Picture {
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let channels = picture.layout().channels();
    let mut samples = Vec::with_capacity(picture.samples().len());
    for y in 0..picture.height() {
        for x in 0..picture.width() {
            let (u, v) = back(x as f32 + 0.5 - w / 2.0, y as f32 + 0.5 - h / 2.0);
            let (u, v) = (
                (u + w / 2.0 - 0.5).clamp(0.0, w - 1.0),
                (v + h / 2.0 - 0.5).clamp(0.0, h - 1.0),
            );
            let (left, top) = (u.floor() as u32, v.floor() as u32);
            let (right, below) = (
                (left + 1).min(picture.width() - 1),
                (top + 1).min(picture.height() - 1),
            );
            let (fx, fy) = (u - left as f32, v - top as f32);
            for channel in 0..channels {
                let at = |x, y| f32::from(picture.pixel(x, y)[channel]);
                let upper = at(left, top) * (1.0 - fx) + at(right, top) * fx;
                let lower = at(left, below) * (1.0 - fx) + at(right, below) * fx;
                samples.push((upper * (1.0 - fy) + lower * fy).round() as u8);
            }
        }
    }
    Picture::new(picture.width(), picture.height(), picture.layout(), samples)
}

pub(super) fn crop(picture: &Picture, share: f32) -> Picture {
    let cut = |side: u32| ((side as f32 * share).round() as u32).min((side - 1) / 2);
    let (left, top) = (cut(picture.width()), cut(picture.height()));
    let (width, height) = (picture.width() - 2 * left, picture.height() - 2 * top);
    let channels = picture.layout().channels();
    let mut samples = Vec::with_capacity(width as usize * height as usize * channels);
    for y in top..top + height {
        let row = picture.row(y);
        samples
            .extend_from_slice(&row[left as usize * channels..(left + width) as usize * channels]);
    }
    Picture::new(width, height, picture.layout(), samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_moves_content_right_and_down() {
        let mut picture = Picture::filled(9, 9, Layout::Grey, &[0]);
        picture.samples_mut()[4 * 9 + 4] = 255;
        let moved = warp(&picture, |u, v| (u - 2.0, v - 1.0));
        assert_eq!(moved.pixel(6, 5), [255]);
    }

    #[test]
    fn rotation_is_clockwise_on_screen() {
        let mut picture = Picture::filled(9, 9, Layout::Grey, &[0]);
        picture.samples_mut()[4] = 255;
        let (sin, cos) = 90_f32.to_radians().sin_cos();
        let turned = warp(&picture, |u, v| (u * cos + v * sin, v * cos - u * sin));
        assert_eq!(
            turned.pixel(8, 4),
            [255],
            "the top middle comes to the right middle"
        );
    }
}
