//! Derived pictures: crops and scaled copies of a finished one.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::{Layout, Picture};

/// How samples between pixels are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Sharp: for pictures people look at.
    Lanczos,
    /// Soft, without ringing: for masks.
    Bilinear,
}

/// A copy of another size.
///
/// # Panics
/// When a side is 0.
pub fn scale(picture: &Picture, width: u32, height: u32, filter: Filter) -> Picture {
    if picture.size() == (width, height) {
        return picture.clone();
    }
    let pixel = match picture.layout() {
        Layout::Grey => PixelType::U8,
        Layout::GreyAlpha => PixelType::U8x2,
        Layout::Rgb => PixelType::U8x3,
        Layout::Rgba => PixelType::U8x4,
    };
    let filter = match filter {
        Filter::Lanczos => FilterType::Lanczos3,
        Filter::Bilinear => FilterType::Bilinear,
    };
    let source = ImageRef::new(picture.width(), picture.height(), picture.samples(), pixel)
        .expect("a picture's samples fit its size");
    let mut target = Image::new(width, height, pixel);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .expect("source and target have the same pixel type");
    Picture::new(width, height, picture.layout(), target.into_vec())
        .with_profile(picture.profile().cloned())
}

/// The largest part of the picture with this ratio, from its middle.
pub fn crop_to_ratio(picture: &Picture, across: u32, down: u32) -> Picture {
    let (w, h) = (u64::from(picture.width()), u64::from(picture.height()));
    let (a, d) = (u64::from(across), u64::from(down));
    let half_up = |value: u64, over: u64| ((value + over / 2) / over).max(1);
    let (width, height) = if w * d > h * a {
        (half_up(h * a, d).min(w), h)
    } else {
        (w, half_up(w * d, a).min(h))
    };
    let (left, top) = ((w - width) / 2, (h - height) / 2);
    let channels = picture.layout().channels();
    let mut samples = Vec::with_capacity((width * height) as usize * channels);
    for y in top..top + height {
        let row = picture.row(y as u32);
        samples
            .extend_from_slice(&row[left as usize * channels..(left + width) as usize * channels]);
    }
    Picture::new(width as u32, height as u32, picture.layout(), samples)
        .with_profile(picture.profile().cloned())
}

/// A copy of exactly this size: cropped to its ratio around the middle, then scaled.
pub fn fill(picture: &Picture, width: u32, height: u32) -> Picture {
    scale(
        &crop_to_ratio(picture, width, height),
        width,
        height,
        Filter::Lanczos,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_of_the_same_size_is_the_same_picture() {
        let picture = Picture::new(3, 2, Layout::Grey, vec![1, 2, 3, 4, 5, 6]);
        assert_eq!(fill(&picture, 3, 2), picture);
    }

    #[test]
    fn crops_come_from_the_middle() {
        let picture = Picture::new(5, 1, Layout::Grey, vec![1, 2, 3, 4, 5]);
        assert_eq!(crop_to_ratio(&picture, 3, 1).samples(), [2, 3, 4]);
    }

    #[test]
    fn a_flat_colour_stays_flat_at_any_size() {
        let picture = Picture::filled(40, 30, Layout::Rgba, &[10, 20, 30, 128]);
        let scaled = fill(&picture, 17, 23);
        assert_eq!(scaled.size(), (17, 23));
        assert!(
            scaled
                .samples()
                .chunks_exact(4)
                .all(|p| p == [10, 20, 30, 128])
        );
    }
}
