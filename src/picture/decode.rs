//! From a file's bytes to an upright picture.
//!
//! The format is told by content, never by the name. Orientation is applied here and nowhere else,
//! so every coordinate downstream means the upright picture.

use std::io::Cursor;
use std::sync::Arc;

use image::{DynamicImage, ImageDecoder, ImageFormat, Limits};

use super::{Layout, Picture};
use crate::error::{Error, ErrorKind, Result};

/// The most pixels a picture may have unless the user says otherwise.
pub const MAX_PIXELS: u64 = 120_000_000;

/// A format that can be read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lossless.
    Png,
    /// Lossy: what is written differs a little from what was composed.
    Jpeg,
}

impl Format {
    /// The format a file name asks for, by its ending.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// Whether decoding gives back exactly what was encoded.
    pub fn is_lossless(self) -> bool {
        match self {
            Self::Png => true,
            Self::Jpeg => false,
        }
    }
}

/// A decoded file.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The upright pixels.
    pub picture: Picture,
    /// What the file was.
    pub format: Format,
}

/// Decodes a PNG or JPEG file of at most `max_pixels` pixels.
///
/// # Errors
/// Kind `Input` for other formats, 16-bit or CMYK samples, too many pixels, and damaged files.
pub fn decode(bytes: &[u8], max_pixels: u64) -> Result<Decoded> {
    let (format, image) = match image::guess_format(bytes) {
        Ok(ImageFormat::Png) => {
            let decoder = image::codecs::png::PngDecoder::with_limits(
                Cursor::new(bytes),
                Limits::no_limits(),
            )
            .map_err(|fault| damaged("PNG", fault))?;
            (Format::Png, read(decoder, "PNG", max_pixels)?)
        }
        Ok(ImageFormat::Jpeg) => {
            check_jpeg(bytes)?;
            let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes))
                .map_err(|fault| damaged("JPEG", fault))?;
            (Format::Jpeg, read(decoder, "JPEG", max_pixels)?)
        }
        Ok(other) => {
            let name = other.extensions_str().first().copied().unwrap_or("unknown");
            return Err(input(format!(
                "a {} file was found, expected PNG or JPEG",
                name.to_uppercase()
            ))
            .hint("save it as PNG or JPEG first"));
        }
        Err(_) => return Err(no_picture(bytes)),
    };
    Ok(Decoded {
        picture: image,
        format,
    })
}

fn read(mut decoder: impl ImageDecoder, name: &str, max_pixels: u64) -> Result<Picture> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > max_pixels {
        return Err(input(format!(
            "the picture has {width}×{height} = {pixels} pixels, more than the limit of {max_pixels}"
        ))
        .hint("raise the limit with `--max-pixels`, or make the picture smaller"));
    }
    let orientation = decoder
        .orientation()
        .map_err(|fault| damaged(name, fault))?;
    let profile = decoder.icc_profile().ok().flatten().map(Arc::from);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|fault| damaged(name, fault))?;
    image.apply_orientation(orientation);
    let (width, height) = (image.width(), image.height());
    let (layout, samples) = match image {
        DynamicImage::ImageLuma8(image) => (Layout::Grey, image.into_raw()),
        DynamicImage::ImageLumaA8(image) => (Layout::GreyAlpha, image.into_raw()),
        DynamicImage::ImageRgb8(image) => (Layout::Rgb, image.into_raw()),
        DynamicImage::ImageRgba8(image) => (Layout::Rgba, image.into_raw()),
        other => {
            return Err(input(format!(
                "the picture has {} bits per sample, expected 8",
                u32::from(other.color().bytes_per_pixel()) * 8
                    / u32::from(other.color().channel_count())
            ))
            .hint("save it with 8 bits per channel"));
        }
    };
    Ok(Picture::new(width, height, layout, samples).with_profile(profile))
}

/// What the JPEG decoder would let pass: a file that stops early (it fills the rest with grey) and
/// CMYK (it converts without the profile).
fn check_jpeg(bytes: &[u8]) -> Result<()> {
    let cut_off = || damaged_text("JPEG", "it ends before the picture is complete");
    let mut at = 2;
    loop {
        let Some(&[0xff, marker]) = bytes.get(at..at + 2) else {
            return Err(cut_off());
        };
        match marker {
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            // Start of scan: what follows is entropy-coded up to the end-of-image marker.
            0xda => break,
            _ => {
                let Some(&[high, low]) = bytes.get(at + 2..at + 4) else {
                    return Err(cut_off());
                };
                let is_frame =
                    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
                if is_frame && bytes.get(at + 9).copied() == Some(4) {
                    return Err(input("the JPEG is CMYK, expected RGB or grey")
                        .hint("convert it to sRGB in your design tool"));
                }
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }
    let complete = bytes[at..]
        .windows(2)
        .rev()
        .any(|pair| pair == [0xff, 0xd9]);
    if complete { Ok(()) } else { Err(cut_off()) }
}

/// What a file without a known beginning is, as far as its first bytes tell.
fn no_picture(bytes: &[u8]) -> Error {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]).to_lowercase();
    let brand = bytes.get(4..12).unwrap_or_default();
    if bytes.is_empty() {
        return input("the file is empty").hint("was it saved or downloaded completely?");
    }
    if text.trim_start().starts_with("<!doctype html") || text.trim_start().starts_with("<html") {
        return input("an HTML page was found, expected PNG or JPEG")
            .hint("a download that failed often leaves its error page under the picture's name");
    }
    if brand.starts_with(b"ftyp")
        && [b"heic", b"heix", b"mif1"]
            .iter()
            .any(|b| brand.ends_with(*b))
    {
        return input("a HEIC file was found, expected PNG or JPEG")
            .hint("save it as PNG or JPEG first; phones can be set to take JPEG");
    }
    if bytes.starts_with(b"8BPS") {
        return input("a Photoshop file was found, expected PNG or JPEG")
            .hint("export it as PNG or JPEG first");
    }
    input("this is not a picture, expected PNG or JPEG").hint("check the name of the file")
}

fn input(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Input, message)
}

fn damaged(name: &str, fault: image::ImageError) -> Error {
    match fault {
        image::ImageError::Unsupported(fault) => {
            input(format!("this kind of {name} is not supported")).caused_by(fault)
        }
        fault => damaged_text(name, "it cannot be decoded").caused_by(fault),
    }
}

fn damaged_text(name: &str, how: &str) -> Error {
    input(format!("the {name} is damaged: {how}"))
        .hint("open it in another program and save it again")
}
