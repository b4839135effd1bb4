//! The files of one edit: drawn here, or read from a folder that another harness filled.

use std::path::Path;

use scumble::ErrorKind;
use scumble::fs::{self, Existing};
use scumble::picture::encode::{self, JPEG_QUALITY, encode};
use scumble::picture::{Format, Layout, Picture};

/// The files of one edit.
pub(crate) struct Inputs {
    pub(crate) size: String,
    pub(crate) source_jpeg: Vec<u8>,
    pub(crate) mask_png: Vec<u8>,
    pub(crate) reply_png: Vec<u8>,
}

impl Inputs {
    /// A picture of noise, a mask of a wavy shape, and the reply of a model that redraws everything.
    pub(crate) fn draw((width, height): (u32, u32)) -> Self {
        let source = photo(width, height);
        let mask = mask(width, height);
        let reply = reply(&source, &mask);
        let png = |picture: &Picture| encode::png(picture).expect("a PNG holds every picture");
        Self {
            size: format!("{width}x{height}"),
            source_jpeg: encode(&source, Format::Jpeg, JPEG_QUALITY).expect("no transparency"),
            mask_png: png(&mask),
            reply_png: png(&reply),
        }
    }

    /// The files of this size in a folder: `src-SIZE.jpg`, `mask-SIZE.png`, `res-SIZE.png`.
    pub(crate) fn read(folder: &Path, (width, height): (u32, u32)) -> Self {
        let size = format!("{width}x{height}");
        let bytes = |name: String| {
            fs::read(&folder.join(&name), ErrorKind::Input)
                .unwrap_or_else(|fault| panic!("{name}: {fault}"))
        };
        Self {
            source_jpeg: bytes(format!("src-{size}.jpg")),
            mask_png: bytes(format!("mask-{size}.png")),
            reply_png: bytes(format!("res-{size}.png")),
            size,
        }
    }

    pub(crate) fn write(&self, folder: &Path) {
        fs::create_folder(folder).expect("the folder can be made");
        let size = &self.size;
        let files = [
            (format!("src-{size}.jpg"), &self.source_jpeg),
            (format!("mask-{size}.png"), &self.mask_png),
            (format!("res-{size}.png"), &self.reply_png),
        ];
        for (name, bytes) in files {
            fs::write(&folder.join(name), bytes, Existing::Replace)
                .expect("the folder can be written to");
        }
    }
}

/// A scene of soft shapes at every scale, with less contrast the finer they are, and film grain.
fn photo(width: u32, height: u32) -> Picture {
    let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let luma: f32 = [
                (256, 110.0),
                (96, 60.0),
                (32, 32.0),
                (12, 18.0),
                (5, 10.0),
                (2, 4.0),
            ]
            .iter()
            .map(|(cell, contrast)| contrast * noise(x, y, *cell))
            .sum();
            let warmth = 50.0 * noise(x, y, 150) + 8.0 * noise(x, y, 9);
            let grain = 9.0 * lattice(x, y, 1);
            for (channel, tint) in [1.0, 0.1, -0.9].into_iter().enumerate() {
                let own = 4.0 * lattice(x, y, 11 + channel as u32);
                // A float becomes the nearest sample that there is.
                samples.push((128.0 + luma + warmth * tint + grain + own) as u8);
            }
        }
    }
    Picture::new(width, height, Layout::Rgb, samples)
}

/// Value noise, -0.5 to 0.5: random values on a lattice, smoothly joined.
fn noise(x: u32, y: u32, cell: u32) -> f32 {
    let ease = |at: u32| {
        let t = (at % cell) as f32 / cell as f32;
        t * t * (3.0 - 2.0 * t)
    };
    let (column, row, across, down) = (x / cell, y / cell, ease(x), ease(y));
    let edge = |row: u32| {
        let left = lattice(column, row, cell);
        left + across * (lattice(column + 1, row, cell) - left)
    };
    let top = edge(row);
    top + down * (edge(row + 1) - top)
}

/// A random value for a place, -0.5 to 0.5, always the same.
fn lattice(x: u32, y: u32, seed: u32) -> f32 {
    let mut mixed = x
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add(y.wrapping_mul(0x85eb_ca77))
        .wrapping_add(seed.wrapping_mul(0xc2b2_ae3d));
    mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    (mixed >> 16) as f32 / 65_535.0 - 0.5
}

/// A mask as design tools export it: black, transparent where the picture may change, which is a
/// wavy shape of about 35 % of the picture with a soft edge.
fn mask(width: u32, height: u32) -> Picture {
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let mut samples = Vec::with_capacity(width as usize * height as usize * 4);
    for y in 0..height {
        for x in 0..width {
            let (across, down) = (x as f32 / middle_x - 1.0, y as f32 / middle_y - 1.0);
            let angle = down.atan2(across);
            let radius = 0.66 * (1.0 + 0.12 * (3.0 * angle).sin() + 0.06 * (5.0 * angle).cos());
            let inside = (radius - across.hypot(down)) * middle_x.min(middle_y);
            let coverage = (0.5 + inside / 6.0).clamp(0.0, 1.0);
            samples.extend([0, 0, 0, 255 - (coverage * 255.0) as u8]);
        }
    }
    Picture::new(width, height, Layout::Rgba, samples)
}

/// What a model sends back: new colours inside the mask, and everything else redrawn a little.
fn reply(source: &Picture, mask: &Picture) -> Picture {
    let mut reply = source.clone();
    let (pixels, width) = (reply.samples_mut().chunks_exact_mut(3), source.width());
    for (at, (pixel, mask)) in (0_u32..).zip(pixels.zip(mask.samples().chunks_exact(4))) {
        let (x, y) = (at % width, at / width);
        if mask[3] < 128 {
            pixel.rotate_left(1);
        }
        let moved = 4.0 * noise(x, y, 64) + 3.0 * lattice(x, y, 5);
        for sample in pixel {
            *sample = (f32::from(*sample) + moved) as u8;
        }
    }
    reply
}
