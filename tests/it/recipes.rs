//! The shipped recipes, and the schema that describes them.

use serde_json::Value;

use crate::support::Test;

const SHIPPED: [(&str, &str, Option<&str>); 4] = [
    ("background-swap", "jar.jpg", Some("jar-mask.png")),
    ("element-replace", "cup.jpg", Some("cup-mask.png")),
    ("seasonal-variation", "hero.jpg", None),
    ("outpaint-9x16", "square.jpg", None),
];

#[test]
fn the_plans_of_the_shipped_recipes() {
    let test = Test::with_small_samples();
    for (recipe, picture, mask) in SHIPPED {
        let mask = mask
            .map(|mask| format!(" --mask {mask}"))
            .unwrap_or_default();
        let plan = test.ok(&format!("plan {recipe} {picture}{mask}"));
        insta::assert_snapshot!(format!("plan_{recipe}"), plan.text());
    }
}

#[test]
fn every_choice_of_every_shipped_recipe_can_be_planned() {
    let test = Test::with_small_samples();
    for (recipe, picture, mask) in SHIPPED {
        let mask = mask
            .map(|mask| format!(" --mask {mask}"))
            .unwrap_or_default();
        let shown = test.ok(&format!("show {recipe} --json")).envelope();
        for param in shown["data"]["params"].as_array().unwrap() {
            for choice in param["choices"].as_array().unwrap() {
                let (name, word) = (param["name"].as_str().unwrap(), choice.as_str().unwrap());
                test.ok(&format!("plan {recipe} {picture}{mask} -p '{name}={word}'"));
            }
        }
    }
}

#[test]
fn a_recipe_is_shown_and_listed() {
    let test = Test::new();
    insta::assert_snapshot!("list", test.ok("list").text());
    insta::assert_snapshot!(
        "show_seasonal-variation",
        test.ok("show seasonal-variation").text()
    );
}

#[test]
fn the_schema_knows_every_key_that_shipped_recipes_use() {
    let test = Test::new();
    let schema: Value = serde_json::from_slice(&test.ok("schema recipe").stdout).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    for (recipe, ..) in SHIPPED {
        let file = test.ok(&format!("show {recipe} --json")).envelope();
        let table: toml::Table = file["data"]["file"].as_str().unwrap().parse().unwrap();
        for key in table.keys() {
            assert!(properties.contains_key(key), "{recipe} uses `{key}`");
        }
    }
    assert_eq!(schema["additionalProperties"], false);
    assert!(
        properties["prompt"].to_string().contains("anyOf"),
        "a text or a table"
    );
    for name in ["brand", "project"] {
        test.ok(&format!("schema {name}"));
    }
}
