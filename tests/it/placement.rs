//! The canvas solver: what is sent to a model, under the size rules of real ones.

use proptest::prelude::*;
use scumble::picture::{
    Canvas, Focus, Layout, Mask, Picture, Placement, Region, Size, SizeRules, Target, solve,
};
use scumble::recipe::sizes;

use crate::support::Test;

fn rules(name: &str) -> SizeRules {
    sizes::find(name).unwrap().rules.clone()
}

fn region(x: u32, y: u32, width: u32, height: u32) -> Region {
    Region {
        x,
        y,
        width,
        height,
    }
}

/// The sent size and the crop, for reading.
fn solved(
    canvas: (u32, u32),
    edit: Option<Region>,
    name: &str,
    focus: Focus,
) -> (String, [i64; 4]) {
    let canvas = Canvas::of(canvas.0, canvas.1);
    let placement = solve(canvas, edit, &rules(name), focus, false).unwrap();
    let scale = placement.source_at.scale;
    let by = if placement.is_identity_scale() {
        String::new()
    } else {
        format!(" at {scale:.3}")
    };
    (format!("{}{by}", placement.sent), placement.crop)
}

#[test]
fn the_usual_formats_go_unscaled_and_come_back_bit_for_bit() {
    let inner = Some(region(300, 200, 400, 300));
    for (size, touching, within) in [
        ((1080, 1080), "1136×1136", "1088×1088"),
        ((1080, 1350), "1136×1408", "1088×1360"),
        ((1080, 1920), "1136×1968", "1088×1920"),
        ((1200, 630), "1232×656", "1200×640"),
    ] {
        let all = solved(size, None, "gpt-image-2", Focus::Auto);
        assert_eq!(all.0, touching, "{size:?}");
        let part = solved(size, inner, "gpt-image-2", Focus::Whole);
        assert_eq!(part.0, within, "{size:?}");
        let canvas = Canvas::of(size.0, size.1);
        let samples = (0..size.0 * size.1).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
        let picture = Picture::new(size.0, size.1, Layout::Grey, samples.collect());
        for edit in [None, inner] {
            let placement = solve(canvas, edit, &rules("gpt-image-2"), Focus::Auto, false).unwrap();
            assert!(placement.is_identity_scale());
            assert_eq!(
                placement.unplace(&placement.send(&picture), &picture),
                picture
            );
        }
    }
}

#[test]
fn a_square_becomes_a_story_without_resampling() {
    let canvas = Canvas::grown(1080, 1080, Target::Pixels(1080, 1920), Default::default());
    let edit = canvas.new_area(1080, 1080).bounds();
    let placement = solve(canvas, edit, &rules("gpt-image-2"), Focus::Whole, false).unwrap();
    assert!(placement.is_identity_scale());
    assert_eq!(placement.source_at.x, -placement.crop[0] as f64);
    assert_eq!(placement.source_at.y, 420.0 - placement.crop[1] as f64);
}

#[test]
fn a_cup_in_a_large_photograph_is_sent_close_and_unscaled() {
    let cup = Some(region(2500, 1500, 800, 700));
    let auto = solved((6000, 4000), cup, "gpt-image-2", Focus::Auto);
    assert_eq!(auto, ("1600×1504".to_owned(), [2100, 1098, 1600, 1504]));
    let whole = solved((6000, 4000), cup, "gpt-image-2", Focus::Whole);
    assert_eq!(whole.1, [0, -4, 6000, 4009]);
    assert!(whole.0.ends_with(" at 0.587"), "{}", whole.0);
    // Two thirds of the model's largest picture, but no scaling: whole is as fine, and cheap enough.
    let large = Some(region(300, 300, 1500, 900));
    let auto = solved((3000, 2000), large, "gpt-image-2", Focus::Auto);
    assert_eq!(auto.1, [-4, 0, 3008, 2000], "{}", auto.0);
}

#[test]
fn three_sizes_are_enough() {
    let inner = Some(region(400, 300, 90, 80));
    for (canvas, edit, expected, crop) in [
        ((1024, 1024), None, "1024×1024", [0, 0, 1024, 1024]),
        ((1000, 1000), inner, "1024×1024", [-12, -12, 1024, 1024]),
        ((800, 800), inner, "1024×1024 at 1.280", [0, 0, 800, 800]),
        ((1080, 1920), inner, "1024×1024", [0, 0, 1024, 1024]),
    ] {
        let focus = Focus::Auto;
        assert_eq!(
            solved(canvas, edit, "gpt-image-1", focus),
            (expected.to_owned(), crop),
            "{canvas:?}"
        );
    }
    let story = solved((1080, 1920), None, "gpt-image-1", Focus::Auto);
    assert!(story.0.starts_with("1024×1536 at 0.7"), "{story:?}");
}

#[test]
fn what_no_size_holds_is_refused_with_both_ratios() {
    let thin = Canvas::of(1, 9000);
    let why = solve(thin, None, &rules("gpt-image-2"), Focus::Auto, true).unwrap_err();
    assert_eq!(
        why,
        "what it would be sent is 1×9000, and the model takes nothing longer than 3:1"
    );
    // Around a small mask of a long banner there is a shape that the model takes.
    let banner = Canvas::of(9000, 500);
    let edit = Some(region(4000, 100, 300, 300));
    assert!(solve(banner, None, &rules("gpt-image-2"), Focus::Auto, false).is_err());
    assert!(solve(banner, edit, &rules("gpt-image-2"), Focus::Whole, false).is_err());
    let placement = solve(banner, edit, &rules("gpt-image-2"), Focus::Auto, false).unwrap();
    assert!(placement.is_identity_scale() && placement.crop[0] > 3000);
}

#[test]
fn without_rules_the_canvas_goes_as_it_is_and_close_means_the_surroundings() {
    let canvas = Canvas::of(901, 1);
    let edit = Some(region(450, 0, 3, 1));
    let whole = Placement::whole(canvas);
    for focus in [Focus::Auto, Focus::Whole] {
        assert_eq!(
            solve(canvas, edit, &SizeRules::Any, focus, false),
            Ok(whole)
        );
    }
    let close = solve(canvas, edit, &SizeRules::Any, Focus::Close, false).unwrap();
    assert_eq!(close.crop, [386, 0, 131, 1]);
}

#[test]
fn one_pixel_is_a_picture() {
    let placement = solve(
        Canvas::of(1, 1),
        None,
        &rules("gpt-image-2"),
        Focus::Auto,
        false,
    )
    .unwrap();
    assert_eq!(placement.crop, [0, 0, 1, 1]);
    assert_eq!((placement.sent.width, placement.sent.height), (816, 816));
}

/// A canvas with a rectangle on it.
fn scenes() -> impl Strategy<Value = (Canvas, Option<Region>)> {
    let side = prop_oneof![1_u32..30, 1_u32..2500, 1_u32..9000];
    (
        side.clone(),
        side,
        any::<[u16; 4]>(),
        prop::bool::weighted(0.8),
    )
        .prop_map(|(w, h, cut, some)| {
            let within = |low: u16, length: u16, side: u32| {
                let at = u32::from(low) * side / 65_536;
                (at, 1 + u32::from(length) * (side - at - 1) / 65_536)
            };
            let ((x, width), (y, height)) = (within(cut[0], cut[1], w), within(cut[2], cut[3], h));
            (Canvas::of(w, h), some.then(|| region(x, y, width, height)))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_placement_is_legal_even_and_holds_the_edit_area(
        (canvas, edit) in scenes(),
        name in prop::sample::select(vec!["gpt-image-2", "gpt-image-1", "nano-banana-2"]),
        focus in prop::sample::select(vec![Focus::Auto, Focus::Whole, Focus::Close]),
        exact in any::<bool>(),
    ) {
        let rules = rules(name);
        let longest = f64::from(canvas.width.max(canvas.height))
            / f64::from(canvas.width.min(canvas.height));
        let placement = match solve(canvas, edit, &rules, focus, exact) {
            Ok(placement) => placement,
            Err(why) => {
                prop_assert!(longest > 4.0, "{canvas:?} {why}");
                return Ok(());
            }
        };
        prop_assert!(rules.allows(placement.sent), "{placement:?}");
        let [left, top, width, height] = placement.crop;
        let held = edit.unwrap_or(region(0, 0, canvas.width, canvas.height));
        prop_assert!(left <= i64::from(held.x) && top <= i64::from(held.y));
        prop_assert!(left + width >= i64::from(held.x + held.width));
        prop_assert!(top + height >= i64::from(held.y + held.height));
        if focus == Focus::Whole {
            prop_assert!(left <= 0 && left + width >= i64::from(canvas.width));
            prop_assert!(top <= 0 && top + height >= i64::from(canvas.height));
        }
        // Half a pixel of the canvas is all that rounding may stretch, on either side.
        let stretch = (placement.across() / placement.down() - 1.0).abs();
        prop_assert!(stretch <= 0.6 / width.min(height) as f64 + 1e-9, "{placement:?}");
        let inside = |start: i64, length: i64, side: u32| {
            ((start + length).min(i64::from(side)) - start.max(0)) as f64 / length as f64
        };
        let share = inside(left, width, canvas.width) * inside(top, height, canvas.height);
        prop_assert!(share >= 0.1, "{share} of {placement:?} is picture");
    }

    #[test]
    fn what_goes_unscaled_comes_back_bit_for_bit(
        w in 1_u32..1700, h in 1_u32..1700, seed in any::<u32>(), exact in any::<bool>(),
    ) {
        let canvas = Canvas::of(w, h);
        let edit = Some(region(w / 3, h / 3, w.div_ceil(4), h.div_ceil(4)));
        let found = solve(canvas, edit, &rules("gpt-image-2"), Focus::Auto, exact);
        let unscaled = found.ok().filter(Placement::is_identity_scale);
        if let Some(placement) = unscaled {
            let samples = (0..w * h).map(|at| (at.wrapping_mul(seed | 1) >> 24) as u8).collect();
            let picture = Picture::new(w, h, Layout::Grey, samples);
            let sent = placement.send(&picture);
            prop_assert_eq!(sent.size(), (placement.sent.width, placement.sent.height));
            prop_assert!(placement.unplace(&sent, &picture) == picture);
            let mask = Mask::new(w, h, picture.samples().to_vec());
            prop_assert_eq!(placement.send_mask(&mask).size(), sent.size());
        }
    }
}

#[test]
fn the_plan_says_what_is_sent() {
    let test = Test::new();
    let picture = |width, height| {
        let flat = Picture::filled(width, height, Layout::Rgb, &[90, 120, 60]);
        scumble::picture::encode::png(&flat).unwrap()
    };
    test.write("large.png", &picture(4000, 3000));
    let args = "large.png --mask rect:1500,1500,300,200 --provider mock/paint+sizes=gpt-image-2";
    let plan = test.ok(&format!("plan element-replace {args}"));
    assert!(
        plan.text()
            .contains("placement   the part around the mask at 912×720, unscaled\n"),
        "{}",
        plan.text()
    );
    let recipe = |focus: &str| {
        format!(
            "recipe = 1\nname = \"r\"\nkind = \"inpaint\"\nprompt = \"A cup.\"\n\
             [mask]\nfocus = \"{focus}\"\nfeather_into = \"keep\"\n"
        )
    };
    test.write("whole.toml", recipe("whole").as_bytes());
    let plan = test.ok(&format!("plan ./whole.toml {args}"));
    let said = "scaled down to 82.8 %: it is larger than the model takes";
    assert!(plan.text().contains(said), "{}", plan.text());
    assert!(
        plan.stderr
            .contains("4000×3014 pixels are sent as 3312×2496"),
        "{}",
        plan.stderr
    );
    // The feather reaches 8 px out of the mask, and the surroundings are counted from there.
    test.write("close.toml", recipe("close").as_bytes());
    let json = test
        .ok(&format!("plan ./close.toml {args} --json"))
        .envelope();
    let mock = json["data"]["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .find(|candidate| candidate["name"].as_str().unwrap().starts_with("mock"))
        .unwrap();
    let crop: [i64; 4] = serde_json::from_value(mock["placement"]["crop"].clone()).unwrap();
    let [left, top, width, height] = crop;
    let context = (300 + 16) / 2;
    assert!(
        left <= 1492 - context && left + width >= 1808 + context,
        "{crop:?}"
    );
    assert!(
        top <= 1492 - context && top + height >= 1708 + context,
        "{crop:?}"
    );
    assert_eq!(mock["placement"]["sent"]["width"], width);
    test.write("thin.png", &picture(40, 1000));
    let ran = test.run("plan seasonal-variation thin.png --provider mock/sizes=gpt-image-2");
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("the model takes nothing longer than 3:1"),
        "{}",
        ran.stderr
    );
}

#[test]
fn sizes_print_as_people_write_them() {
    let size = Size {
        width: 1088,
        height: 1360,
    };
    assert_eq!(size.to_string(), "1088×1360");
}
