//! Clothing, outdoors, beauty, toys and electronics.

use super::{Department, Naming, Shelf, Sizing, f};

#[rustfmt::skip]
pub(super) const DEPARTMENTS: &[Department] = &[
    Department { name: "Clothing", code: "CLO", share: 1.4, shelves: &[
        Shelf { name: "Jackets & Coats", naming: Naming::Goods, axis: ("Material", &["Wool", "Waxed Cotton", "Recycled Nylon", "Denim", "Down"]), sizing: Sizing::Clothes, coloured: true, tags: &["warm", "autumn", "rain"], peak_day: 300, repeat_days: 0, goes_with: &["Hats & Scarves", "Knitwear", "Shoes"], families: &[
            f("Jacket", "jacket", 5990, 22900, 900, "keeps wind and drizzle out without rustling"),
            f("Parka", "jacket", 8990, 29900, 1500, "has a hood that stays up and pockets that fit gloves"),
            f("Rain Coat", "jacket", 4990, 17900, 600, "packs into its own pocket")] },
        Shelf { name: "Knitwear", naming: Naming::Goods, axis: ("Material", &["Merino", "Lambswool", "Organic Cotton", "Alpaca", "Recycled Wool"]), sizing: Sizing::Clothes, coloured: true, tags: &["warm", "soft", "winter"], peak_day: 330, repeat_days: 0, goes_with: &["Hats & Scarves", "Trousers", "Socks"], families: &[
            f("Jumper", "sweater", 3990, 14900, 480, "is knitted in one piece and does not itch"),
            f("Cardigan", "sweater", 4490, 15900, 520, "closes with buttons that stay on"),
            f("Roll Neck", "sweater", 3990, 12900, 430, "layers under a coat without bulk")] },
        Shelf { name: "T-Shirts & Tops", naming: Naming::Goods, axis: ("Material", &["Organic Cotton", "Hemp", "Linen", "Modal", "Bamboo"]), sizing: Sizing::Clothes, coloured: true, tags: &["summer", "basics", "everyday"], peak_day: 175, repeat_days: 0, goes_with: &["Trousers", "Shoes", "Socks"], families: &[
            f("T-Shirt", "shirt", 1290, 4490, 180, "keeps its shape after fifty washes"),
            f("Striped Top", "shirt", 1690, 5490, 220, "has sleeves that reach the wrist"),
            f("Sweatshirt", "sweater", 2990, 8990, 420, "is brushed inside and plain outside")] },
        Shelf { name: "Trousers", naming: Naming::Goods, axis: ("Material", &["Denim", "Corduroy", "Linen", "Organic Cotton", "Wool"]), sizing: Sizing::Clothes, coloured: true, tags: &["everyday", "basics"], peak_day: 0, repeat_days: 0, goes_with: &["T-Shirts & Tops", "Shoes", "Knitwear"], families: &[
            f("Chinos", "trousers", 3490, 10900, 480, "looks as good with boots as with sandals"),
            f("Jeans", "trousers", 3990, 14900, 650, "softens with wear and fades honestly")] },
        Shelf { name: "Shoes", naming: Naming::Goods, axis: ("Material", &["Leather", "Canvas", "Recycled Rubber", "Suede", "Cork"]), sizing: Sizing::Shoes, coloured: true, tags: &["walking", "everyday"], peak_day: 110, repeat_days: 0, goes_with: &["Socks", "Trousers", "Jackets & Coats"], families: &[
            f("Sneakers", "shoe", 4490, 15900, 800, "walks all day from the first day"),
            f("Ankle Boots", "boot", 6990, 21900, 1200, "can be resoled when the time comes")] },
        Shelf { name: "Hats & Scarves", naming: Naming::Goods, axis: ("Material", &["Merino", "Cashmere", "Lambswool", "Recycled Wool"]), sizing: Sizing::None, coloured: true, tags: &["warm", "winter", "gift"], peak_day: 345, repeat_days: 0, goes_with: &["Jackets & Coats", "Knitwear", "Socks"], families: &[
            f("Beanie", "hat", 1490, 4490, 90, "covers the ears and fits in a pocket"),
            f("Scarf", "scarf", 1990, 8990, 210, "wraps twice and still hangs well")] },
        Shelf { name: "Socks", naming: Naming::Goods, axis: ("Material", &["Merino", "Organic Cotton", "Bamboo", "Recycled Wool"]), sizing: Sizing::Two, coloured: true, tags: &["everyday", "basics", "gift"], peak_day: 340, repeat_days: 120, goes_with: &["Shoes", "Knitwear", "Hiking"], families: &[
            f("Socks", "sock", 590, 1990, 70, "stays up and has a seamless toe"),
            f("Walking Socks", "sock", 990, 2690, 110, "cushions heel and ball where boots rub")] },
    ] },
    Department { name: "Outdoors", code: "OUT", share: 1.0, shelves: &[
        Shelf { name: "Backpacks", naming: Naming::Goods, axis: ("Material", &["Recycled Nylon", "Canvas", "Waxed Cotton", "Ripstop"]), sizing: Sizing::Two, coloured: true, tags: &["travel", "hiking", "commute"], peak_day: 180, repeat_days: 0, goes_with: &["Bottles & Flasks", "Hiking", "Desk Tech"], families: &[
            f("Backpack", "backpack", 3990, 16900, 900, "carries a laptop and a picnic without complaint"),
            f("Daypack", "backpack", 2990, 9900, 520, "sits close to the back and breathes"),
            f("Tote Bag", "bag", 1290, 5490, 260, "takes a week of vegetables")] },
        Shelf { name: "Camping", naming: Naming::Goods, axis: ("Use", &["Ultralight", "Family", "All-Season", "Trekking"]), sizing: Sizing::None, coloured: true, tags: &["camping", "summer", "adventure"], peak_day: 180, repeat_days: 0, goes_with: &["Hiking", "Backpacks", "Bottles & Flasks"], families: &[
            f("Tent", "tent", 9900, 39900, 2600, "goes up in five minutes, in the dark too"),
            f("Camping Stove", "stove", 2990, 11900, 480, "boils half a litre in three minutes"),
            f("Sleeping Bag", "mat", 4990, 22900, 1300, "stays warm near freezing")] },
        Shelf { name: "Bottles & Flasks", naming: Naming::Goods, axis: ("Material", &["Stainless Steel", "Glass", "Recycled Plastic", "Titanium"]), sizing: Sizing::Two, coloured: true, tags: &["hiking", "commute", "plastic-free"], peak_day: 170, repeat_days: 0, goes_with: &["Backpacks", "Yoga & Fitness", "Tea"], families: &[
            f("Water Bottle", "bottle", 1290, 3990, 320, "does not leak, upside down or otherwise"),
            f("Vacuum Flask", "flask", 1990, 5490, 480, "keeps tea hot for twelve hours")] },
        Shelf { name: "Cycling", naming: Naming::Goods, axis: ("Use", &["City", "Road", "Gravel", "Touring"]), sizing: Sizing::None, coloured: true, tags: &["bike", "commute", "safety"], peak_day: 140, repeat_days: 0, goes_with: &["Bottles & Flasks", "Jackets & Coats", "Backpacks"], families: &[
            f("Cycle Helmet", "helmet", 3490, 12900, 320, "weighs little and is tested well beyond the norm"),
            f("Bike Light", "bikelight", 1490, 5990, 120, "is seen half a mile away and charges by USB-C"),
            f("Pannier", "bag", 3990, 10900, 900, "clicks on and off with one hand")] },
        Shelf { name: "Yoga & Fitness", naming: Naming::Goods, axis: ("Level", &["Studio", "Pro", "Travel", "Everyday"]), sizing: Sizing::None, coloured: true, tags: &["fitness", "wellbeing", "new year"], peak_day: 10, repeat_days: 0, goes_with: &["Bottles & Flasks", "T-Shirts & Tops", "Skincare"], families: &[
            f("Yoga Mat", "mat", 2490, 9900, 1800, "grips more the warmer you get"),
            f("Dumbbell Pair", "dumbbell", 1990, 8900, 4000, "does not roll away under the sofa"),
            f("Exercise Ball", "ball", 1490, 3990, 1100, "holds its air and your balance")] },
        Shelf { name: "Hiking", naming: Naming::Goods, axis: ("Use", &["Trail", "Alpine", "All-Weather", "Expedition"]), sizing: Sizing::None, coloured: true, tags: &["hiking", "adventure", "travel"], peak_day: 160, repeat_days: 0, goes_with: &["Socks", "Backpacks", "Nature & Travel Books"], families: &[
            f("Headlamp", "headlamp", 1990, 7990, 110, "lights sixty metres of path"),
            f("Compass", "compass", 1290, 5490, 80, "settles fast and reads in low light"),
            f("Hiking Boots", "boot", 8990, 23900, 1400, "grips wet rock and needs no breaking in")] },
    ] },
    Department { name: "Beauty", code: "BEA", share: 1.0, shelves: &[
        Shelf { name: "Skincare", naming: Naming::Goods, axis: ("Active", &["Hyaluronic", "Vitamin C", "Oat", "Calendula", "Niacinamide", "Rosehip"]), sizing: Sizing::None, coloured: true, tags: &["face", "vegan", "sensitive"], peak_day: 0, repeat_days: 48, goes_with: &["Soap & Bath", "Make-up", "Hair Care"], families: &[
            f("Face Cream", "jar", 990, 4490, 120, "sinks in quickly and leaves no shine"),
            f("Serum", "dropper", 1290, 5490, 90, "goes a long way at three drops a day"),
            f("Hand Cream", "tube", 590, 1990, 90, "repairs hands after gardening and washing up"),
            f("Sun Cream SPF 50", "tube", 1190, 2990, 160, "protects without a white cast")] },
        Shelf { name: "Hair Care", naming: Naming::Goods, axis: ("Active", &["Argan", "Rosemary", "Aloe", "Nettle", "Coconut"]), sizing: Sizing::None, coloured: true, tags: &["hair", "vegan", "daily"], peak_day: 0, repeat_days: 40, goes_with: &["Soap & Bath", "Skincare", "Home Textiles"], families: &[
            f("Shampoo", "pump", 690, 2490, 320, "cleans gently and smells of very little"),
            f("Solid Shampoo", "soap", 590, 1490, 85, "lasts as long as two bottles and needs none"),
            f("Hair Mask", "jar", 990, 2990, 240, "untangles dry ends in ten minutes")] },
        Shelf { name: "Soap & Bath", naming: Naming::Goods, axis: ("Scent", &["Lavender", "Olive", "Bergamot", "Sea Buckthorn", "Unscented", "Pine"]), sizing: Sizing::Packet, coloured: true, tags: &["bath", "plastic-free", "gift"], peak_day: 340, repeat_days: 30, goes_with: &["Home Textiles", "Candles & Scents", "Skincare"], families: &[
            f("Soap Bar", "soap", 390, 1290, 110, "is cold-pressed and cured for six weeks"),
            f("Bath Salts", "jar", 790, 2290, 450, "turns a tub into an evening"),
            f("Body Wash", "pump", 590, 1890, 330, "foams softly and refills cheaply")] },
        Shelf { name: "Fragrance", naming: Naming::Goods, axis: ("Notes", &["Citrus", "Amber", "Vetiver", "Rose", "Sandalwood", "Green Fig"]), sizing: Sizing::Two, coloured: true, tags: &["gift", "evening", "scented"], peak_day: 345, repeat_days: 0, goes_with: &["Make-up", "Skincare", "Cards & Gift Wrap"], families: &[
            f("Eau de Parfum", "perfume", 3490, 12900, 240, "opens bright and dries down warm"),
            f("Cologne", "perfume", 2490, 8900, 230, "wears lightly through a working day")] },
        Shelf { name: "Shaving", naming: Naming::Goods, axis: ("Material", &["Steel", "Olive Wood", "Bamboo", "Brass"]), sizing: Sizing::None, coloured: true, tags: &["shaving", "plastic-free", "gift"], peak_day: 165, repeat_days: 0, goes_with: &["Soap & Bath", "Skincare", "Fragrance"], families: &[
            f("Safety Razor", "razor", 1990, 6990, 120, "shaves closely and throws away only a blade"),
            f("Shaving Brush", "brush", 1490, 5990, 90, "builds a dense lather in a minute")] },
        Shelf { name: "Make-up", naming: Naming::Goods, axis: ("Finish", &["Matte", "Satin", "Sheer", "Shimmer"]), sizing: Sizing::None, coloured: true, tags: &["face", "vegan", "colour"], peak_day: 330, repeat_days: 70, goes_with: &["Skincare", "Fragrance", "Hair Care"], families: &[
            f("Lipstick", "lipstick", 890, 3290, 30, "stays put through lunch"),
            f("Make-up Brush Set", "brush", 1290, 4490, 140, "is soft, dense and easily washed"),
            f("Tinted Balm", "tube", 690, 1790, 25, "adds colour and comfort at once")] },
    ] },
    Department { name: "Toys", code: "TOY", share: 0.9, shelves: &[
        Shelf { name: "Wooden Toys", naming: Naming::Goods, axis: ("Material", &["Beech", "Maple", "Lime Wood", "Birch"]), sizing: Sizing::None, coloured: true, tags: &["kids", "toddler", "gift"], peak_day: 345, repeat_days: 0, goes_with: &["Soft Toys", "Children's Books", "Building Sets"], families: &[
            f("Train Set", "train", 1990, 7990, 1400, "runs on every common wooden track"),
            f("Stacking Blocks", "bricks", 1290, 3990, 900, "is sanded smooth for hands that also chew")] },
        Shelf { name: "Soft Toys", naming: Naming::Goods, axis: ("Material", &["Organic Cotton", "Recycled Polyester", "Linen", "Mohair"]), sizing: Sizing::Two, coloured: true, tags: &["kids", "baby", "gift"], peak_day: 345, repeat_days: 0, goes_with: &["Children's Books", "Wooden Toys", "Cards & Gift Wrap"], families: &[
            f("Bear", "bear", 1490, 5490, 320, "is washable, which matters by the second week"),
            f("Rabbit", "rabbit", 1290, 4490, 260, "has ears long enough to be carried by")] },
        Shelf { name: "Board Games", naming: Naming::Goods, axis: ("Players", &["Two-Player", "Family", "Strategy", "Party", "Cooperative"]), sizing: Sizing::None, coloured: true, tags: &["family", "evening", "gift"], peak_day: 350, repeat_days: 0, goes_with: &["Puzzles", "Chocolate & Sweets", "Building Sets"], families: &[
            f("Board Game", "game", 1990, 5990, 1300, "takes ten minutes to learn and months to exhaust"),
            f("Card Game", "card", 790, 2490, 300, "fits a coat pocket and fills a train journey")] },
        Shelf { name: "Building Sets", naming: Naming::Goods, axis: ("Theme", &["Harbour", "Space", "Castle", "Robot", "Farm"]), sizing: Sizing::Two, coloured: true, tags: &["kids", "creative", "stem"], peak_day: 345, repeat_days: 0, goes_with: &["Board Games", "Science & Ideas", "Wooden Toys"], families: &[
            f("Building Set", "bricks", 1990, 9990, 1100, "builds three models and a hundred more without the plan"),
            f("Marble Run", "bricks", 2490, 7990, 1600, "keeps adults on the floor longer than planned")] },
        Shelf { name: "Puzzles", naming: Naming::Goods, axis: ("Pieces", &["100 Pieces", "500 Pieces", "1000 Pieces", "2000 Pieces"]), sizing: Sizing::None, coloured: true, tags: &["family", "calm", "gift"], peak_day: 355, repeat_days: 0, goes_with: &["Board Games", "Tea", "Children's Books"], families: &[
            f("Jigsaw Puzzle", "puzzle", 990, 3490, 700, "fits with a click and does not dust"),
            f("Brain Teaser", "puzzle", 790, 2490, 250, "looks easy for the first half hour")] },
        Shelf { name: "Outdoor Play", naming: Naming::Goods, axis: ("Level", &["Junior", "Classic", "Beach", "Pro"]), sizing: Sizing::None, coloured: true, tags: &["kids", "summer", "active"], peak_day: 165, repeat_days: 0, goes_with: &["Camping", "Bottles & Flasks", "Puzzles"], families: &[
            f("Kite", "kite", 1290, 4490, 300, "lifts off in a light breeze"),
            f("Football", "ball", 1290, 4490, 430, "keeps its bounce on grass and tarmac")] },
    ] },
    Department { name: "Electronics", code: "ELE", share: 1.1, shelves: &[
        Shelf { name: "Headphones", naming: Naming::Goods, axis: ("Feature", &["Noise-Cancelling", "Wireless", "Studio", "Open-Back", "Sport"]), sizing: Sizing::None, coloured: true, tags: &["music", "wireless", "commute"], peak_day: 335, repeat_days: 0, goes_with: &["Chargers & Cables", "Phone Cases", "Speakers"], families: &[
            f("Headphones", "headphones", 3990, 29900, 260, "plays for thirty hours between charges"),
            f("Earbuds", "earbuds", 2990, 17900, 55, "stays in through a run for the bus")] },
        Shelf { name: "Speakers", naming: Naming::Goods, axis: ("Feature", &["Portable", "Bookshelf", "Waterproof", "Multi-Room"]), sizing: Sizing::None, coloured: true, tags: &["music", "wireless", "party"], peak_day: 335, repeat_days: 0, goes_with: &["Headphones", "Chargers & Cables", "Smart Home"], families: &[
            f("Speaker", "speaker", 3490, 24900, 1300, "fills a kitchen with more bass than its size suggests"),
            f("Radio", "speaker", 3990, 15900, 1100, "finds its stations by itself and keeps the time")] },
        Shelf { name: "Chargers & Cables", naming: Naming::Goods, axis: ("Feature", &["USB-C", "Braided", "Fast-Charging", "Magnetic", "Travel"]), sizing: Sizing::None, coloured: true, tags: &["charging", "travel", "desk"], peak_day: 0, repeat_days: 0, goes_with: &["Phone Cases", "Headphones", "Desk Tech"], families: &[
            f("Charger", "charger", 1490, 5990, 110, "charges a laptop and a phone at the same time"),
            f("Cable", "cable", 690, 2490, 50, "bends ten thousand times before it minds"),
            f("Power Bank", "phonecase", 1990, 6990, 240, "fills a phone three times over")] },
        Shelf { name: "Phone Cases", naming: Naming::Goods, axis: ("Material", &["Leather", "Recycled Plastic", "Cork", "Silicone", "Compostable"]), sizing: Sizing::None, coloured: true, tags: &["phone", "protection", "gift"], peak_day: 290, repeat_days: 0, goes_with: &["Chargers & Cables", "Headphones", "Desk Tech"], families: &[
            f("Phone Case", "phonecase", 990, 4490, 45, "survives a drop from the kitchen table"),
            f("Phone Pouch", "bag", 1490, 4990, 90, "carries a phone, cards and keys hands-free")] },
        Shelf { name: "Smart Home", naming: Naming::Goods, axis: ("Feature", &["Dimmable", "Matter", "Solar", "Low-Energy"]), sizing: Sizing::None, coloured: true, tags: &["smart", "energy", "home"], peak_day: 330, repeat_days: 0, goes_with: &["Lighting", "Speakers", "Chargers & Cables"], families: &[
            f("Smart Bulb", "bulb", 990, 3990, 80, "wakes you with a slow sunrise"),
            f("Motion Sensor", "sensor", 1490, 4490, 60, "runs two years on one small cell"),
            f("Thermostat", "sensor", 3990, 12900, 220, "learns the house and lowers the bill")] },
        Shelf { name: "Desk Tech", naming: Naming::Goods, axis: ("Feature", &["Mechanical", "Silent", "Wireless", "Ergonomic", "Compact"]), sizing: Sizing::None, coloured: true, tags: &["office", "desk", "wireless"], peak_day: 250, repeat_days: 0, goes_with: &["Desk Organisers", "Chargers & Cables", "Headphones"], families: &[
            f("Keyboard", "keyboard", 2990, 15900, 780, "types with a soft, even stroke"),
            f("Mouse", "mouse", 1490, 8990, 95, "glides on any desk and fits either hand")] },
    ] },
];
