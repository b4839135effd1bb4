//! From a picture to a file's bytes.
//!
//! PNG comes in two sizes: quick, with one filter and a compressor made for it, and small, about a
//! fifth smaller for five to six times the time. The profile travels along; nothing else does.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder as JpegEncoder, SamplingFactor};
use libdeflater::{CompressionLvl, Compressor};

use super::{Format, Layout, Picture, filter};
use crate::error::{Error, ErrorKind, Result};

/// JPEG quality unless the recipe says otherwise, 1 to 100.
pub const JPEG_QUALITY: u8 = 92;

/// What a PNG is made for: both are the same pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PngSize {
    /// Written as fast as can be.
    #[default]
    Quick,
    /// About a fifth smaller, for five to six times the time: for slow connections.
    Small,
}

/// Encodes in a format; `quality` matters to JPEG only, 1 to 100.
///
/// # Errors
/// Kind `Input` when the picture has alpha and the format cannot hold it.
pub fn encode(picture: &Picture, format: Format, quality: u8) -> Result<Vec<u8>> {
    match format {
        Format::Png => png(picture),
        Format::Jpeg => jpeg(picture, quality),
    }
}

/// Encodes as a quick PNG.
pub fn png(picture: &Picture) -> Result<Vec<u8>> {
    png_of_size(picture, PngSize::Quick)
}

/// Encodes as PNG.
pub fn png_of_size(picture: &Picture, size: PngSize) -> Result<Vec<u8>> {
    match size {
        PngSize::Quick => quick_png(picture),
        PngSize::Small => small_png(picture),
    }
}

fn quick_png(picture: &Picture) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(picture.samples().len() / 2 + 1024);
    let mut encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Paeth);
    if let Some(profile) = picture.profile() {
        encoder.set_icc_profile(profile.to_vec()).map_err(cannot)?;
    }
    let color = match picture.layout() {
        Layout::Grey => ExtendedColorType::L8,
        Layout::GreyAlpha => ExtendedColorType::La8,
        Layout::Rgb => ExtendedColorType::Rgb8,
        Layout::Rgba => ExtendedColorType::Rgba8,
    };
    encoder
        .write_image(picture.samples(), picture.width(), picture.height(), color)
        .map_err(cannot)?;
    Ok(bytes)
}

/// The rows are filtered and compressed here: the library's compressors are either quick or small.
fn small_png(picture: &Picture) -> Result<Vec<u8>> {
    let mut info = png::Info::with_size(picture.width(), picture.height());
    info.bit_depth = png::BitDepth::Eight;
    info.color_type = match picture.layout() {
        Layout::Grey => png::ColorType::Grayscale,
        Layout::GreyAlpha => png::ColorType::GrayscaleAlpha,
        Layout::Rgb => png::ColorType::Rgb,
        Layout::Rgba => png::ColorType::Rgba,
    };
    info.icc_profile = picture.profile().map(|profile| profile.to_vec().into());
    let data = compress(&filter::rows(picture))?;
    let mut bytes = Vec::with_capacity(data.len() + 1024);
    let mut writer = png::Encoder::with_info(&mut bytes, info)
        .and_then(png::Encoder::write_header)
        .map_err(cannot)?;
    // A chunk holds less than 2 GB.
    for part in data.chunks(1 << 30) {
        writer.write_chunk(png::chunk::IDAT, part).map_err(cannot)?;
    }
    writer.finish().map_err(cannot)?;
    Ok(bytes)
}

/// Level 2: the quickest whose files are no larger than those of other tools' quick settings.
fn compress(data: &[u8]) -> Result<Vec<u8>> {
    let level = CompressionLvl::new(2).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let mut compressed = vec![0; compressor.zlib_compress_bound(data.len())];
    let length = compressor
        .zlib_compress(data, &mut compressed)
        .map_err(cannot)?;
    compressed.truncate(length);
    Ok(compressed)
}

fn jpeg(picture: &Picture, quality: u8) -> Result<Vec<u8>> {
    let color = match picture.layout() {
        Layout::Grey => ColorType::Luma,
        Layout::Rgb => ColorType::Rgb,
        Layout::GreyAlpha | Layout::Rgba => {
            return Err(
                Error::new(ErrorKind::Input, "a JPEG cannot hold transparency")
                    .hint("write a `.png` instead"),
            );
        }
    };
    let side = |pixels: u32| {
        u16::try_from(pixels).map_err(|_| {
            Error::new(
                ErrorKind::Input,
                format!("a side of {pixels} pixels is too long for a JPEG, the limit is 65535"),
            )
            .hint("write a `.png` instead")
        })
    };
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let mut bytes = Vec::with_capacity(picture.samples().len() / 8 + 1024);
    let mut encoder = JpegEncoder::new(&mut bytes, quality);
    // Colour at full resolution: red lettering on white would fray otherwise.
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    if let Some(profile) = picture.profile() {
        encoder.add_icc_profile(profile).map_err(cannot)?;
    }
    encoder
        .encode(picture.samples(), width, height, color)
        .map_err(cannot)?;
    Ok(bytes)
}

fn cannot(fault: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Internal, "the picture cannot be encoded").caused_by(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::decode;
    use proptest::prelude::*;

    const LAYOUTS: [Layout; 4] = [Layout::Grey, Layout::GreyAlpha, Layout::Rgb, Layout::Rgba];

    /// A soft gradient with some texture, in every layout.
    fn picture(layout: Layout, width: u32, height: u32) -> Picture {
        let channels = layout.channels() as u32;
        let samples = (0..width * height * channels).map(|at| {
            let (x, y) = (at / channels % width, at / channels / width);
            // Any eight bits will do.
            (x * 3 + y * 2 + at % channels * 40 + (x * y) % 7) as u8
        });
        Picture::new(width, height, layout, samples.collect())
    }

    proptest! {
        #[test]
        fn a_small_png_decodes_to_the_same_picture(
            layout in prop::sample::select(LAYOUTS.to_vec()),
            width in 1_u32..40,
            height in 1_u32..40,
        ) {
            let picture = picture(layout, width, height)
                .with_profile(Some(b"a profile".as_slice().into()));
            let bytes = png_of_size(&picture, PngSize::Small).unwrap();
            prop_assert_eq!(decode(&bytes, 10_000).unwrap().picture, picture);
        }
    }

    #[test]
    fn a_jpeg_keeps_layout_and_profile_and_nearly_the_colours() {
        let profile: Vec<u8> = (0..100_000_u32).map(|at| at as u8).collect();
        for layout in [Layout::Grey, Layout::Rgb] {
            let flat = Picture::filled(37, 21, layout, &[90, 160, 40][..layout.channels()])
                .with_profile(Some(profile.as_slice().into()));
            let bytes = encode(&flat, Format::Jpeg, JPEG_QUALITY).unwrap();
            let found = decode(&bytes, 10_000).unwrap().picture;
            assert_eq!((found.size(), found.layout()), (flat.size(), layout));
            assert_eq!(found.profile(), flat.profile());
            for (found, meant) in found.samples().iter().zip(flat.samples()) {
                assert!(found.abs_diff(*meant) <= 2, "{found} for {meant}");
            }
        }
    }

    #[test]
    fn a_picture_too_long_for_a_jpeg_is_refused() {
        let long = Picture::filled(65_536, 1, Layout::Grey, &[0]);
        let error = encode(&long, Format::Jpeg, JPEG_QUALITY).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a side of 65536 pixels is too long for a JPEG, the limit is 65535"
        );
    }
}
