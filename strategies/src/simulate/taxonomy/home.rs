//! Home and kitchen, stationery, books, garden and pantry.

use super::{Department, Naming, Shelf, Sizing, f};

#[rustfmt::skip]
pub(super) const DEPARTMENTS: &[Department] = &[
    Department { name: "Home & Kitchen", code: "HOM", share: 1.5, shelves: &[
        Shelf { name: "Mugs & Cups", naming: Naming::Goods, axis: ("Material", &["Stoneware", "Porcelain", "Glass", "Enamel", "Bamboo Fibre"]), sizing: Sizing::None, coloured: true, tags: &["coffee", "tea", "breakfast", "gift"], peak_day: 340, repeat_days: 0, goes_with: &["Coffee", "Tea", "Tableware"], families: &[
            f("Mug", "mug", 790, 2490, 380, "holds a generous morning coffee and keeps its warmth"),
            f("Espresso Cup", "teacup", 690, 1990, 180, "sits well in the hand and flatters the crema"),
            f("Teacup", "teacup", 890, 2690, 220, "has a thin lip that tea drinkers swear by"),
            f("Travel Mug", "flask", 1490, 3490, 320, "seals tightly and fits every cup holder we tried")] },
        Shelf { name: "Cookware", naming: Naming::Goods, axis: ("Material", &["Cast Iron", "Stainless Steel", "Copper", "Ceramic", "Recycled Aluminium"]), sizing: Sizing::Two, coloured: false, tags: &["cooking", "induction", "kitchen"], peak_day: 320, repeat_days: 0, goes_with: &["Oils & Vinegar", "Spices & Sauces", "Cookery Books"], families: &[
            f("Frying Pan", "pan", 2490, 8900, 1400, "browns evenly and goes from hob to oven"),
            f("Casserole", "pot", 3990, 17900, 3900, "turns a slow Sunday into dinner for six"),
            f("Saucepan", "pot", 2290, 7900, 1100, "pours without dripping from either side"),
            f("Grill Pan", "pan", 2490, 8900, 1600, "leaves the stripes and drains the fat")] },
        Shelf { name: "Tableware", naming: Naming::Goods, axis: ("Material", &["Stoneware", "Porcelain", "Olive Wood", "Recycled Glass", "Acacia"]), sizing: Sizing::None, coloured: true, tags: &["table", "dinner", "gift"], peak_day: 345, repeat_days: 0, goes_with: &["Mugs & Cups", "Home Textiles", "Oils & Vinegar"], families: &[
            f("Salad Bowl", "bowl", 1290, 4900, 900, "brings the whole salad to the table in one go"),
            f("Dinner Plate", "plate", 890, 2790, 650, "stacks neatly and survives the dishwasher"),
            f("Cereal Bowl", "bowl", 690, 1890, 420, "is deep enough for granola and for soup"),
            f("Cheese Board", "knife", 1990, 5990, 900, "brings its own knife and wipes clean"),
            f("Carafe", "carafe", 1490, 4490, 800, "pours water or wine without a drop on the cloth")] },
        Shelf { name: "Lighting", naming: Naming::Goods, axis: ("Material", &["Linen", "Brass", "Oak", "Paper", "Rattan"]), sizing: Sizing::None, coloured: true, tags: &["light", "cosy", "living room"], peak_day: 335, repeat_days: 0, goes_with: &["Smart Home", "Home Textiles", "Candles & Scents"], families: &[
            f("Table Lamp", "lamp", 3490, 14900, 1800, "throws a warm pool of light over a book"),
            f("Pendant Light", "pendant", 4490, 19900, 2100, "hangs low over a table and hides its bulb"),
            f("Bedside Lamp", "lamp", 2490, 8900, 1100, "dims far enough for the last page of the night")] },
        Shelf { name: "Candles & Scents", naming: Naming::Goods, axis: ("Scent", &["Cedar & Fig", "Sea Salt", "Black Tea", "Orange Blossom", "Wild Thyme", "Vanilla Smoke"]), sizing: Sizing::Two, coloured: true, tags: &["cosy", "gift", "scented"], peak_day: 345, repeat_days: 45, goes_with: &["Soap & Bath", "Lighting", "Cards & Gift Wrap"], families: &[
            f("Scented Candle", "candle", 990, 3990, 420, "burns cleanly for about forty hours"),
            f("Candle in a Jar", "jar", 890, 2990, 380, "leaves a jar worth keeping"),
            f("Reed Diffuser", "dropper", 1490, 4490, 300, "scents a hallway for two months")] },
        Shelf { name: "Home Textiles", naming: Naming::Goods, axis: ("Material", &["Organic Cotton", "Linen", "Wool", "Velvet", "Recycled Polyester"]), sizing: Sizing::Two, coloured: true, tags: &["cosy", "soft", "living room"], peak_day: 310, repeat_days: 0, goes_with: &["Lighting", "Candles & Scents", "Storage"], families: &[
            f("Cushion", "cushion", 1490, 4990, 600, "softens any chair it is thrown at"),
            f("Throw", "blanket", 2990, 11900, 1200, "is large enough for two on one sofa"),
            f("Tea Towel", "towel", 690, 1690, 120, "dries glasses without leaving lint"),
            f("Bath Towel", "towel", 1490, 4490, 550, "drinks up water and stays soft wash after wash")] },
        Shelf { name: "Storage", naming: Naming::Goods, axis: ("Material", &["Seagrass", "Felt", "Bamboo", "Recycled Plastic", "Willow"]), sizing: Sizing::Two, coloured: true, tags: &["tidy", "organise", "home"], peak_day: 15, repeat_days: 0, goes_with: &["Desk Organisers", "Home Textiles", "Grains & Pasta"], families: &[
            f("Basket", "basket", 1290, 4990, 700, "swallows toys, yarn or laundry alike"),
            f("Storage Box", "box", 890, 3490, 800, "stacks four high and still opens from the front"),
            f("Storage Jar", "jar", 690, 2190, 450, "shuts airtight and shows what is left")] },
    ] },
    Department { name: "Stationery", code: "STA", share: 0.9, shelves: &[
        Shelf { name: "Notebooks", naming: Naming::Goods, axis: ("Cover", &["Linen", "Recycled Paper", "Cork", "Leather", "Canvas"]), sizing: Sizing::Two, coloured: true, tags: &["writing", "school", "journal"], peak_day: 250, repeat_days: 90, goes_with: &["Pens & Pencils", "Desk Organisers", "Planners"], families: &[
            f("Notebook", "notebook", 590, 2190, 320, "opens flat and takes fountain pen ink without bleeding"),
            f("Sketchbook", "notebook", 890, 2990, 480, "holds heavy paper for pencil, ink and light washes"),
            f("Journal", "book", 1190, 3290, 420, "gives a page a day and a ribbon to find it again")] },
        Shelf { name: "Pens & Pencils", naming: Naming::Goods, axis: ("Material", &["Brass", "Beech", "Aluminium", "Recycled Plastic", "Cedar"]), sizing: Sizing::None, coloured: true, tags: &["writing", "school", "office"], peak_day: 250, repeat_days: 0, goes_with: &["Notebooks", "Planners", "Art Supplies"], families: &[
            f("Fountain Pen", "pen", 1890, 8900, 40, "starts at once and writes a wet, even line"),
            f("Ballpoint Pen", "pen", 390, 2490, 25, "clicks quietly and never skips"),
            f("Pencil Set", "pencils", 490, 1990, 110, "runs from a hard 2H to a soft 6B"),
            f("Coloured Pencils", "pencils", 890, 3990, 260, "lays down rich colour with little pressure")] },
        Shelf { name: "Desk Organisers", naming: Naming::Goods, axis: ("Material", &["Bamboo", "Felt", "Oak", "Steel", "Cork"]), sizing: Sizing::None, coloured: true, tags: &["office", "tidy", "desk"], peak_day: 20, repeat_days: 0, goes_with: &["Notebooks", "Desk Tech", "Storage"], families: &[
            f("Desk Tidy", "organiser", 1290, 4490, 600, "keeps scissors, pens and the odd screw in reach"),
            f("Letter Tray", "box", 1190, 3490, 750, "holds the post until somebody answers it")] },
        Shelf { name: "Art Supplies", naming: Naming::Goods, axis: ("Medium", &["Watercolour", "Gouache", "Acrylic", "Oil", "Ink"]), sizing: Sizing::Two, coloured: false, tags: &["creative", "painting", "hobby"], peak_day: 300, repeat_days: 75, goes_with: &["Notebooks", "Pens & Pencils", "Craft & Home Books"], families: &[
            f("Paint Set", "paints", 1290, 5990, 420, "covers the colour wheel without a wasted pan"),
            f("Brush Set", "brush", 890, 3990, 160, "keeps its points and springs back"),
            f("Paper Pad", "notebook", 790, 2490, 500, "takes layer after layer without buckling")] },
        Shelf { name: "Cards & Gift Wrap", naming: Naming::Goods, axis: ("Print", &["Botanical", "Letterpress", "Riso", "Marbled", "Linocut"]), sizing: Sizing::None, coloured: true, tags: &["gift", "party", "birthday"], peak_day: 345, repeat_days: 60, goes_with: &["Candles & Scents", "Chocolate & Sweets", "Soft Toys"], families: &[
            f("Greeting Card Set", "card", 490, 1690, 120, "leaves the inside blank for what you want to say"),
            f("Gift Wrap Set", "gift", 590, 1890, 240, "wraps about eight presents, ribbon included")] },
        Shelf { name: "Planners", naming: Naming::Goods, axis: ("Cover", &["Linen", "Recycled Paper", "Leather", "Cork"]), sizing: Sizing::None, coloured: true, tags: &["office", "organise", "new year"], peak_day: 358, repeat_days: 0, goes_with: &["Pens & Pencils", "Notebooks", "Desk Organisers"], families: &[
            f("Weekly Planner", "planner", 990, 2990, 380, "shows a week at a glance with room for notes"),
            f("Wall Calendar", "planner", 890, 2490, 300, "gives every day a box large enough to write in")] },
    ] },
    Department { name: "Books", code: "BOK", share: 1.3, shelves: &[
        Shelf { name: "Fiction", naming: Naming::Fiction, axis: ("Genre", &["Literary", "Crime", "Historical", "Science Fiction", "Fantasy", "Romance"]), sizing: Sizing::Format, coloured: true, tags: &["novel", "reading", "bestseller"], peak_day: 200, repeat_days: 0, goes_with: &["Tea", "Nature & Travel Books", "Science & Ideas"], families: &[
            f("Novel", "book", 899, 1899, 340, "is hard to put down after the second chapter"),
            f("Short Stories", "openbook", 899, 1699, 280, "reads one story at a time and lingers for days")] },
        Shelf { name: "Cookery Books", naming: Naming::Nonfiction, axis: ("Subject", &["Baking", "Vegetables", "Pasta", "Fermentation", "Noodles", "Bread"]), sizing: Sizing::None, coloured: true, tags: &["cooking", "reading", "gift"], peak_day: 340, repeat_days: 0, goes_with: &["Cookware", "Spices & Sauces", "Grains & Pasta"], families: &[
            f("Cookbook", "book", 1699, 3499, 980, "has eighty recipes tested in an ordinary kitchen")] },
        Shelf { name: "Nature & Travel Books", naming: Naming::Nonfiction, axis: ("Subject", &["Rivers", "Birds", "Islands", "Forests", "Mountains", "Night Trains"]), sizing: Sizing::Format, coloured: true, tags: &["nature", "travel", "reading"], peak_day: 150, repeat_days: 0, goes_with: &["Hiking", "Backpacks", "Birds & Wildlife"], families: &[
            f("Travel Book", "openbook", 1099, 2499, 420, "follows one route slowly and well"),
            f("Field Guide", "book", 1299, 2699, 380, "fits a coat pocket and names what you see")] },
        Shelf { name: "Children's Books", naming: Naming::Fiction, axis: ("Age", &["Ages 2–4", "Ages 4–6", "Ages 6–8", "Ages 8–12"]), sizing: Sizing::None, coloured: true, tags: &["kids", "bedtime", "gift"], peak_day: 340, repeat_days: 0, goes_with: &["Soft Toys", "Puzzles", "Wooden Toys"], families: &[
            f("Picture Book", "openbook", 799, 1699, 420, "survives being read forty evenings in a row"),
            f("Story Book", "book", 799, 1599, 360, "has chapters just short enough for one more")] },
        Shelf { name: "Science & Ideas", naming: Naming::Nonfiction, axis: ("Subject", &["Time", "Numbers", "Sleep", "Cities", "Colour", "Memory", "Oceans"]), sizing: Sizing::Format, coloured: true, tags: &["science", "reading", "curious"], peak_day: 0, repeat_days: 0, goes_with: &["Fiction", "Notebooks", "Nature & Travel Books"], families: &[
            f("Popular Science Book", "book", 1199, 2499, 420, "explains a hard subject with patience and wit")] },
        Shelf { name: "Craft & Home Books", naming: Naming::Nonfiction, axis: ("Subject", &["Knitting", "Woodwork", "Pottery", "Gardening", "Drawing", "Mending"]), sizing: Sizing::None, coloured: true, tags: &["creative", "hobby", "reading"], peak_day: 30, repeat_days: 0, goes_with: &["Art Supplies", "Garden Tools", "Knitwear"], families: &[
            f("Craft Book", "openbook", 1499, 2999, 720, "starts with the basics and ends with something to be proud of")] },
    ] },
    Department { name: "Garden", code: "GAR", share: 0.8, shelves: &[
        Shelf { name: "House Plants", naming: Naming::Goods, axis: ("Light", &["Shade-Loving", "Bright-Light", "Easy-Care", "Air-Cleaning"]), sizing: Sizing::Two, coloured: false, tags: &["green", "indoor", "gift"], peak_day: 110, repeat_days: 0, goes_with: &["Pots & Planters", "Garden Tools", "Craft & Home Books"], families: &[
            f("Monstera", "plant", 1290, 4900, 1600, "unfolds a new split leaf about once a month"),
            f("Rubber Plant", "plant", 1490, 5400, 1900, "grows tall and forgives a missed watering"),
            f("Cactus", "cactus", 590, 2490, 500, "asks for light and very little else"),
            f("Succulent Trio", "cactus", 990, 2490, 700, "fills a window sill with three shapes of green")] },
        Shelf { name: "Pots & Planters", naming: Naming::Goods, axis: ("Material", &["Terracotta", "Stoneware", "Recycled Plastic", "Zinc", "Concrete"]), sizing: Sizing::Two, coloured: true, tags: &["green", "indoor", "balcony"], peak_day: 120, repeat_days: 0, goes_with: &["House Plants", "Seeds & Bulbs", "Garden Tools"], families: &[
            f("Planter", "planter", 890, 4990, 1500, "drains well and comes with its saucer"),
            f("Balcony Box", "box", 1290, 3990, 1300, "hooks over a railing without tools")] },
        Shelf { name: "Garden Tools", naming: Naming::Goods, axis: ("Material", &["Ash & Steel", "Stainless Steel", "Forged", "Copper"]), sizing: Sizing::None, coloured: true, tags: &["garden", "spring", "tools"], peak_day: 105, repeat_days: 0, goes_with: &["Seeds & Bulbs", "Pots & Planters", "Outdoor Living"], families: &[
            f("Hand Trowel", "trowel", 790, 2990, 320, "cuts into hard soil without bending"),
            f("Watering Can", "wateringcan", 1490, 4990, 900, "reaches the back of the shelf with its long spout"),
            f("Weeding Fork", "trowel", 790, 2690, 300, "lifts roots whole so they stay gone")] },
        Shelf { name: "Seeds & Bulbs", naming: Naming::Goods, axis: ("Kind", &["Wildflower", "Tomato", "Herb", "Tulip", "Sunflower", "Pea"]), sizing: Sizing::Packet, coloured: false, tags: &["garden", "spring", "bees", "organic"], peak_day: 85, repeat_days: 40, goes_with: &["Garden Tools", "Pots & Planters", "Birds & Wildlife"], families: &[
            f("Seed Mix", "seeds", 290, 990, 30, "comes up within two weeks on a sunny sill"),
            f("Grow Kit", "planter", 690, 1890, 400, "comes with soil and a pot and asks only for patience")] },
        Shelf { name: "Outdoor Living", naming: Naming::Goods, axis: ("Material", &["Acacia", "Rattan", "Steel", "Recycled Plastic", "Teak"]), sizing: Sizing::None, coloured: true, tags: &["balcony", "summer", "relax"], peak_day: 165, repeat_days: 0, goes_with: &["Lighting", "Garden Tools", "Tableware"], families: &[
            f("Garden Chair", "gardenchair", 3990, 16900, 5200, "folds flat and stays outside all summer"),
            f("Lantern", "candle", 1490, 5490, 900, "keeps the flame steady in an evening breeze")] },
        Shelf { name: "Birds & Wildlife", naming: Naming::Goods, axis: ("Material", &["Cedar", "Pine", "Recycled Plastic", "Clay"]), sizing: Sizing::None, coloured: true, tags: &["garden", "nature", "wildlife"], peak_day: 40, repeat_days: 0, goes_with: &["Seeds & Bulbs", "Nature & Travel Books", "Outdoor Living"], families: &[
            f("Bird House", "birdhouse", 1490, 4490, 1300, "has an entrance sized for blue tits"),
            f("Bird Feeder", "birdhouse", 990, 3490, 700, "keeps seed dry and squirrels puzzled")] },
    ] },
    Department { name: "Pantry", code: "PAN", share: 1.2, shelves: &[
        Shelf { name: "Coffee", naming: Naming::Food, axis: ("Roast", &["Light Roast", "Medium Roast", "Dark Roast", "Decaf", "Single Origin"]), sizing: Sizing::Packet, coloured: true, tags: &["coffee", "breakfast", "organic"], peak_day: 0, repeat_days: 24, goes_with: &["Mugs & Cups", "Chocolate & Sweets", "Grains & Pasta"], families: &[
            f("Coffee Beans", "coffeebag", 690, 1990, 250, "tastes of cocoa and ripe fruit"),
            f("Ground Coffee", "coffeebag", 590, 1690, 250, "is ground for filter and French press")] },
        Shelf { name: "Tea", naming: Naming::Food, axis: ("Kind", &["Assam", "Earl Grey", "Sencha", "Rooibos", "Peppermint", "Chai"]), sizing: Sizing::Packet, coloured: true, tags: &["tea", "organic", "calm"], peak_day: 350, repeat_days: 35, goes_with: &["Mugs & Cups", "Chocolate & Sweets", "Fiction"], families: &[
            f("Loose Leaf Tea", "tin", 490, 1690, 100, "gives three full infusions"),
            f("Tea Bags", "box", 290, 890, 80, "come plastic-free in a paper carton")] },
        Shelf { name: "Chocolate & Sweets", naming: Naming::Food, axis: ("Flavour", &["Dark 70%", "Sea Salt", "Hazelnut", "Orange", "Raspberry", "Caramel"]), sizing: Sizing::Packet, coloured: true, tags: &["sweet", "gift", "fairtrade"], peak_day: 350, repeat_days: 18, goes_with: &["Coffee", "Tea", "Cards & Gift Wrap"], families: &[
            f("Chocolate Bar", "chocolate", 290, 790, 90, "snaps cleanly and melts slowly"),
            f("Chocolate Truffles", "gift", 890, 2490, 200, "rarely survives the evening it is opened")] },
        Shelf { name: "Oils & Vinegar", naming: Naming::Food, axis: ("Kind", &["Organic", "Lemon", "Herb", "Walnut", "Chilli"]), sizing: Sizing::None, coloured: false, tags: &["cooking", "organic", "kitchen"], peak_day: 0, repeat_days: 50, goes_with: &["Cookware", "Spices & Sauces", "Grains & Pasta"], families: &[
            f("Cooking Oil", "oilbottle", 890, 2690, 750, "is pressed within hours of the harvest"),
            f("Vinegar", "oilbottle", 490, 1890, 600, "ages in wood until it needs no sugar")] },
        Shelf { name: "Spices & Sauces", naming: Naming::Food, axis: ("Kind", &["Smoked Paprika", "Harissa", "Garam Masala", "Za'atar", "Sichuan Pepper", "Basil"]), sizing: Sizing::None, coloured: true, tags: &["cooking", "spicy", "kitchen"], peak_day: 0, repeat_days: 55, goes_with: &["Grains & Pasta", "Cookware", "Cookery Books"], families: &[
            f("Spice Blend", "spicejar", 390, 990, 90, "wakes up roast vegetables in one pinch"),
            f("Sauce", "jar", 390, 1190, 340, "needs only hot pasta or a grilled cheese sandwich")] },
        Shelf { name: "Grains & Pasta", naming: Naming::Food, axis: ("Kind", &["Wholewheat", "Spelt", "Oat", "Buckwheat", "Rye", "Sesame"]), sizing: Sizing::Packet, coloured: true, tags: &["breakfast", "organic", "cupboard"], peak_day: 0, repeat_days: 21, goes_with: &["Spices & Sauces", "Oils & Vinegar", "Coffee"], families: &[
            f("Pasta", "pasta", 190, 590, 500, "keeps its bite and holds on to the sauce"),
            f("Granola", "coffeebag", 390, 990, 400, "bakes slowly until it clusters"),
            f("Crackers", "box", 290, 790, 200, "are thin, crisp and made for cheese")] },
    ] },
];
