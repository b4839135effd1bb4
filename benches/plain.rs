//! The same steps as somebody would write them with `image` alone.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{GrayImage, ImageEncoder, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use scumble::picture::encode::JPEG_QUALITY;

use crate::inputs::Inputs;
use crate::{FEATHER, Round};

/// A blur whose ramp is about as wide as the feather.
const SIGMA: f32 = FEATHER.pixels / 2.0;

/// All steps with `image`. The PNG settings are its default and its small one.
pub(crate) fn plain(inputs: &Inputs) -> Round {
    let mut round = Round::default();
    let open = |bytes: &[u8]| image::load_from_memory(bytes).expect("the bytes are a picture");
    let source = round.lap(|| open(&inputs.source_jpeg).into_rgb8());
    let mask = round.lap(|| {
        let file = open(&inputs.mask_png).into_rgba8();
        GrayImage::from_fn(file.width(), file.height(), |x, y| {
            Luma([255 - file.get_pixel(x, y)[3]])
        })
    });
    let weights = round.lap(|| image::imageops::blur(&mask, SIGMA));
    let upload = round.lap(|| place(&source, &mask));
    round.encode(|| {
        let mut png = Cursor::new(Vec::new());
        upload
            .write_to(&mut png, ImageFormat::Png)
            .map(|()| png.into_inner())
    });
    let reply = round.lap(|| open(&inputs.reply_png).into_rgb8());
    let result = round.lap(|| blend(&source, &reply, &weights));
    round.lap(|| {
        (
            mean_difference(&source, &reply, &weights, |weight| weight == 0),
            mean_difference(&source, &result, &weights, |weight| weight > 0),
        )
    });
    round.lap(|| changed(&source, &result, &weights));
    round.encode(|| {
        let mut png = Cursor::new(Vec::new());
        result
            .write_to(&mut png, ImageFormat::Png)
            .map(|()| png.into_inner())
    });
    round.encode(|| {
        small(
            &upload,
            upload.dimensions(),
            image::ExtendedColorType::Rgba8,
        )
    });
    round.encode(|| small(&result, result.dimensions(), image::ExtendedColorType::Rgb8));
    round.encode(|| {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
            .encode_image(&result)
            .map(|()| bytes)
    });
    round
}

fn small(
    samples: &[u8],
    (width, height): (u32, u32),
    color: image::ExtendedColorType,
) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive)
        .write_image(samples, width, height, color)
        .map(|()| bytes)
}

fn place(source: &RgbImage, mask: &GrayImage) -> RgbaImage {
    let (width, height) = source.dimensions();
    let top = (height + height / 4 - height) / 2;
    let mut canvas = RgbaImage::new(width, height + height / 4);
    for (x, y, pixel) in source.enumerate_pixels() {
        let [r, g, b] = pixel.0;
        canvas.put_pixel(x, y + top, Rgba([r, g, b, 255 - mask.get_pixel(x, y)[0]]));
    }
    canvas
}

fn blend(source: &RgbImage, reply: &RgbImage, weights: &GrayImage) -> RgbImage {
    let mut result = RgbImage::new(source.width(), source.height());
    for (x, y, weight) in weights.enumerate_pixels() {
        let take = u32::from(weight[0]);
        let (from, to) = (source.get_pixel(x, y), reply.get_pixel(x, y));
        let mixed: [u8; 3] = std::array::from_fn(|channel| {
            let sum = u32::from(from[channel]) * (255 - take) + u32::from(to[channel]) * take;
            ((sum + 127) / 255) as u8
        });
        result.put_pixel(x, y, Rgb(mixed));
    }
    result
}

/// Less than our figures tell: the mean over the samples, not what the eye sees.
fn mean_difference(
    one: &RgbImage,
    other: &RgbImage,
    weights: &GrayImage,
    counts: impl Fn(u8) -> bool,
) -> f64 {
    let (mut sum, mut count) = (0_u64, 0_u64);
    for (x, y, weight) in weights.enumerate_pixels() {
        if counts(weight[0]) {
            let (one, other) = (one.get_pixel(x, y), other.get_pixel(x, y));
            sum += (0..3)
                .map(|channel| u64::from(one[channel].abs_diff(other[channel])))
                .sum::<u64>();
            count += 3;
        }
    }
    sum as f64 / count.max(1) as f64
}

fn changed(source: &RgbImage, result: &RgbImage, weights: &GrayImage) -> usize {
    weights
        .enumerate_pixels()
        .filter(|(x, y, weight)| {
            weight[0] == 0 && source.get_pixel(*x, *y) != result.get_pixel(*x, *y)
        })
        .count()
}
