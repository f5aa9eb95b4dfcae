//! Silhouettes for the home, the desk, the garden and the pantry.

/// Name and drawing. `@f` is the patterned body, `@m` the plain colour, `@d` and `@l` its shade and
/// tint, `@a` the accent, `@w` paper white, `@k` charcoal.
pub(super) const SHAPES: &[(&str, &str)] = &[
    (
        "mug",
        "<path d='M262 170h28a38 38 0 0 1 0 92h-30' fill='none' stroke='@d' stroke-width='20'/><path d='M120 140h150v140a34 34 0 0 1-34 34h-82a34 34 0 0 1-34-34z' fill='@f'/><ellipse cx='195' cy='140' rx='75' ry='16' fill='@d'/><ellipse cx='195' cy='143' rx='62' ry='10' fill='@k' opacity='.5'/>",
    ),
    (
        "teacup",
        "<ellipse cx='195' cy='304' rx='110' ry='16' fill='@d'/><path d='M276 190h18a30 30 0 0 1 0 62h-30' fill='none' stroke='@d' stroke-width='14'/><path d='M110 170h172c0 80-36 122-86 122s-86-42-86-122z' fill='@f'/><ellipse cx='196' cy='170' rx='86' ry='15' fill='@l'/><ellipse cx='196' cy='173' rx='70' ry='9' fill='@a'/>",
    ),
    (
        "pot",
        "<rect x='82' y='198' width='236' height='24' rx='12' fill='@d'/><path d='M104 180h192v104a30 30 0 0 1-30 30h-132a30 30 0 0 1-30-30z' fill='@f'/><path d='M98 180c10-44 60-56 102-56s92 12 102 56z' fill='@d'/><circle cx='200' cy='116' r='14' fill='@k'/><path d='M98 176h204v10h-204z' fill='@l'/>",
    ),
    (
        "pan",
        "<path d='M250 232l96-60 12 18-98 66z' fill='@k'/><path d='M80 216h196c0 56-36 84-98 84s-98-28-98-84z' fill='@f'/><ellipse cx='178' cy='216' rx='98' ry='24' fill='@d'/><ellipse cx='178' cy='219' rx='82' ry='17' fill='@k' opacity='.55'/>",
    ),
    (
        "knife",
        "<path d='M84 230c70-66 150-84 186-86l-14 42c-44 16-100 34-172 44z' fill='@l' stroke='@d' stroke-width='3'/><path d='M262 146l62-20a14 14 0 0 1 10 26l-72 30z' fill='@f'/><rect x='90' y='262' width='220' height='40' rx='12' fill='@a'/><circle cx='286' cy='282' r='8' fill='@w'/>",
    ),
    (
        "bowl",
        "<path d='M88 188h224c0 78-44 124-112 124s-112-46-112-124z' fill='@f'/><ellipse cx='200' cy='188' rx='112' ry='26' fill='@d'/><ellipse cx='200' cy='192' rx='94' ry='18' fill='@l'/><path d='M160 310h80v8h-80z' fill='@d'/>",
    ),
    (
        "plate",
        "<circle cx='200' cy='212' r='106' fill='@f'/><circle cx='200' cy='212' r='74' fill='@l' opacity='.85'/><circle cx='200' cy='212' r='74' fill='none' stroke='@d' stroke-width='3'/>",
    ),
    (
        "carafe",
        "<path d='M168 92h64v52c0 26 46 58 46 112a60 60 0 0 1-60 60h-36a60 60 0 0 1-60-60c0-54 46-86 46-112z' fill='@l' opacity='.75'/><path d='M130 228c44-16 96 14 140 0 6 60-18 88-52 88h-36c-34 0-58-28-52-88z' fill='@f'/><rect x='162' y='84' width='76' height='20' rx='8' fill='@a'/>",
    ),
    (
        "lamp",
        "<path d='M150 100h100l44 96h-188z' fill='@f'/><path d='M106 196h188l-4 10h-180z' fill='@d'/><rect x='193' y='204' width='14' height='90' fill='@a'/><ellipse cx='200' cy='304' rx='62' ry='14' fill='@d'/><ellipse cx='200' cy='214' rx='64' ry='10' fill='#fff3c4' opacity='.9'/>",
    ),
    (
        "pendant",
        "<path d='M200 60v80' stroke='@k' stroke-width='5'/><path d='M186 136h28v24h-28z' fill='@k'/><path d='M200 154c66 0 108 46 112 104h-224c4-58 46-104 112-104z' fill='@f'/><ellipse cx='200' cy='258' rx='112' ry='18' fill='@d'/><circle cx='200' cy='264' r='24' fill='#fff3c4'/>",
    ),
    (
        "candle",
        "<path d='M200 92c26 30 22 58 0 58s-26-28 0-58z' fill='#f6b04c'/><path d='M200 116c10 14 9 30 0 30s-10-16 0-30z' fill='#fff3c4'/><path d='M198 146h4v22h-4z' fill='@k'/><path d='M128 168h144v116a24 24 0 0 1-24 24h-96a24 24 0 0 1-24-24z' fill='@f'/><ellipse cx='200' cy='168' rx='72' ry='14' fill='@l'/><rect x='156' y='212' width='88' height='52' rx='6' fill='@w'/><path d='M170 230h60M178 246h44' stroke='@d' stroke-width='5'/>",
    ),
    (
        "cushion",
        "<path d='M104 122c60 16 132 16 192 0-14 60-14 122 0 184-60-14-132-14-192 0 14-62 14-124 0-184z' fill='@f'/><path d='M104 122c60 16 132 16 192 0-14 60-14 122 0 184-60-14-132-14-192 0 14-62 14-124 0-184z' fill='none' stroke='@d' stroke-width='7'/>",
    ),
    (
        "blanket",
        "<rect x='92' y='252' width='216' height='52' rx='24' fill='@d'/><rect x='92' y='204' width='216' height='54' rx='24' fill='@f'/><rect x='92' y='156' width='216' height='54' rx='24' fill='@m'/><path d='M250 156h40v60h-40z' fill='@f'/><path d='M250 216v22M260 216v22M270 216v22M280 216v22M290 216v22' stroke='@d' stroke-width='4'/>",
    ),
    (
        "towel",
        "<rect x='84' y='104' width='232' height='12' rx='6' fill='@k'/><path d='M118 104h164v196h-164z' fill='@f'/><path d='M118 246h164v12h-164zM118 268h164v6h-164z' fill='@a'/><path d='M118 300h164v10h-164z' fill='@d'/>",
    ),
    (
        "basket",
        "<path d='M136 176c0-96 128-96 128 0' fill='none' stroke='@d' stroke-width='12'/><path d='M98 176h204l-22 128a12 12 0 0 1-12 10h-136a12 12 0 0 1-12-10z' fill='@f'/><path d='M104 210h192M110 244h180M116 278h168' stroke='@d' stroke-width='6' opacity='.6'/><rect x='92' y='168' width='216' height='20' rx='10' fill='@l'/>",
    ),
    (
        "box",
        "<path d='M96 176l104-40 104 40v112l-104 34-104-34z' fill='@f'/><path d='M200 214v108l104-34v-112z' fill='@d' opacity='.55'/><path d='M96 176l104 38 104-38-104-40z' fill='@l'/><rect x='124' y='232' width='48' height='24' rx='4' transform='rotate(16 148 244)' fill='@w'/>",
    ),
    (
        "jar",
        "<rect x='138' y='100' width='124' height='36' rx='10' fill='@a'/><path d='M126 152a18 18 0 0 1 18-18h112a18 18 0 0 1 18 18v132a32 32 0 0 1-32 32h-84a32 32 0 0 1-32-32z' fill='@l' opacity='.8'/><path d='M126 196h148v88a32 32 0 0 1-32 32h-84a32 32 0 0 1-32-32z' fill='@f'/><rect x='154' y='222' width='92' height='56' rx='6' fill='@w'/><path d='M168 242h64M176 260h48' stroke='@d' stroke-width='5'/>",
    ),
    (
        "notebook",
        "<rect x='112' y='92' width='180' height='226' rx='10' fill='@d'/><rect x='104' y='88' width='180' height='226' rx='10' fill='@f'/><rect x='104' y='88' width='28' height='226' rx='8' fill='@d' opacity='.5'/><rect x='160' y='130' width='92' height='46' rx='4' fill='@w'/><path d='M174 146h64M174 160h44' stroke='@d' stroke-width='4'/><path d='M262 88v226' stroke='@a' stroke-width='7'/>",
    ),
    (
        "planner",
        "<rect x='92' y='104' width='216' height='204' rx='12' fill='@f'/><rect x='110' y='150' width='180' height='140' rx='6' fill='@w'/><path d='M110 196h180M110 242h180M170 150v140M230 150v140' stroke='@l' stroke-width='4'/><circle cx='200' cy='220' r='14' fill='@a'/><path d='M130 90v34M165 90v34M200 90v34M235 90v34M270 90v34' stroke='@k' stroke-width='8' stroke-linecap='round'/>",
    ),
    (
        "pen",
        "<g transform='rotate(38 200 205)'><rect x='182' y='78' width='36' height='176' rx='10' fill='@f'/><path d='M182 254h36l-18 58z' fill='@a'/><path d='M196 298h8l-4 14z' fill='@k'/><rect x='214' y='86' width='10' height='80' rx='5' fill='@d'/><rect x='182' y='172' width='36' height='10' fill='@d'/></g>",
    ),
    (
        "pencils",
        "<g transform='rotate(-10 200 300)'><path d='M112 150h38v160h-38zM112 150l19-48 19 48z' fill='@m'/><path d='M124 119l7-17 7 17z' fill='@k'/></g><path d='M180 140h40v174h-40z' fill='@f'/><path d='M180 140l20-52 20 52z' fill='@w'/><path d='M192 108l8-20 8 20z' fill='@d'/><g transform='rotate(10 200 300)'><path d='M250 150h38v160h-38z' fill='@a'/><path d='M250 150l19-48 19 48z' fill='@w'/><path d='M262 119l7-17 7 17z' fill='@a'/></g>",
    ),
    (
        "organiser",
        "<path d='M150 92l12 130h-24zM190 80h18v140h-18zM236 98l16 4-20 118h-14z' fill='@a'/><circle cx='266' cy='150' r='22' fill='none' stroke='@k' stroke-width='9'/><path d='M258 170l-16 60' stroke='@k' stroke-width='9'/><path d='M100 206h200v86a22 22 0 0 1-22 22h-156a22 22 0 0 1-22-22z' fill='@f'/><path d='M100 206h200v16h-200z' fill='@d'/><path d='M200 222v92' stroke='@d' stroke-width='4'/>",
    ),
    (
        "paints",
        "<path d='M200 104c74 0 122 46 118 100-3 44-50 36-70 42-26 8-4 64-48 64-64 0-112-44-112-102s46-104 112-104z' fill='@f'/><circle cx='150' cy='160' r='20' fill='@a'/><circle cx='206' cy='142' r='18' fill='#f4c95d'/><circle cx='262' cy='170' r='20' fill='@w'/><circle cx='132' cy='220' r='18' fill='@d'/><circle cx='172' cy='266' r='16' fill='#6fa8a0'/>",
    ),
    (
        "card",
        "<rect x='116' y='128' width='190' height='150' rx='8' fill='@d' transform='rotate(6 200 200)'/><rect x='98' y='128' width='196' height='156' rx='8' fill='@w'/><path d='M98 136l98 84 98-84v-2a8 8 0 0 0-8-6h-180a8 8 0 0 0-8 6z' fill='@f'/><path d='M196 196c-12-22-42-10-34 12 6 16 34 32 34 32s28-16 34-32c8-22-22-34-34-12z' fill='@a'/>",
    ),
    (
        "gift",
        "<rect x='104' y='190' width='192' height='122' rx='8' fill='@f'/><rect x='92' y='156' width='216' height='44' rx='8' fill='@m'/><path d='M184 156h32v156h-32z' fill='@a'/><path d='M200 156c-60 6-76-56-40-58 24 0 34 30 40 58 6-28 16-58 40-58 36 2 20 64-40 58z' fill='none' stroke='@a' stroke-width='14'/>",
    ),
    (
        "book",
        "<path d='M118 96h150a16 16 0 0 1 16 16v204h-150a30 30 0 0 1-30-30v-176a14 14 0 0 1 14-14z' fill='@d'/><path d='M112 286a24 24 0 0 1 24-22h148v42h-148a22 22 0 0 1-24-20z' fill='@w'/><path d='M118 88h166v178h-150a30 30 0 0 0-30 24v-188a14 14 0 0 1 14-14z' fill='@f'/><rect x='148' y='122' width='100' height='64' rx='4' fill='@w'/><path d='M162 142h72M170 162h56' stroke='@d' stroke-width='6'/><circle cx='198' cy='226' r='16' fill='@a'/>",
    ),
    (
        "openbook",
        "<path d='M200 142c-34-24-80-26-120-16v168c40-10 86-8 120 16 34-24 80-26 120-16v-168c-40-10-86-8-120 16z' fill='@f'/><path d='M200 136c-32-20-70-24-108-16v158c38-8 76-4 108 16 32-20 70-24 108-16v-158c-38-8-76-4-108 16z' fill='@w'/><path d='M200 136v158' stroke='@d' stroke-width='4'/><path d='M114 156c24-4 46 0 66 8M114 186c24-4 46 0 66 8M114 216c24-4 46 0 66 8' stroke='@l' stroke-width='7' fill='none'/><circle cx='254' cy='196' r='32' fill='@a'/>",
    ),
    (
        "plant",
        "<path d='M200 226c-6-70-62-96-96-92 4 50 44 82 96 92z' fill='#5d8f63'/><path d='M200 226c2-84 52-120 98-118 2 58-36 104-98 118z' fill='#76a86f'/><path d='M200 230c-22-66-16-120 6-150 28 36 26 96-6 150z' fill='#4c7a55'/><path d='M136 226h128l-14 80a12 12 0 0 1-12 10h-76a12 12 0 0 1-12-10z' fill='@f'/><path d='M130 218h140v20h-140z' fill='@d'/>",
    ),
    (
        "cactus",
        "<rect x='172' y='96' width='56' height='140' rx='28' fill='#5d8f63'/><path d='M172 190h-20a18 18 0 0 1-18-18v-24M228 172h18a18 18 0 0 0 18-18v-18' fill='none' stroke='#5d8f63' stroke-width='26' stroke-linecap='round'/><path d='M190 112v110M210 112v110' stroke='#76a86f' stroke-width='4'/><circle cx='200' cy='94' r='13' fill='@a'/><path d='M140 228h120l-12 78a12 12 0 0 1-12 10h-72a12 12 0 0 1-12-10z' fill='@f'/><path d='M132 222h136v18h-136z' fill='@d'/>",
    ),
    (
        "planter",
        "<path d='M150 178c-20-40-8-62-8-62s22 14 26 62M200 178c-12-50 0-84 0-84s14 34 2 84M248 178c4-48 28-62 28-62s8 26-10 62' fill='#76a86f'/><path d='M102 176h196l-22 130a14 14 0 0 1-14 12h-124a14 14 0 0 1-14-12z' fill='@f'/><rect x='94' y='164' width='212' height='28' rx='10' fill='@d'/>",
    ),
    (
        "trowel",
        "<g transform='rotate(32 200 200)'><rect x='184' y='72' width='32' height='92' rx='14' fill='@f'/><rect x='192' y='160' width='16' height='44' fill='@k'/><path d='M160 204h80v48c0 40-22 62-40 78-18-16-40-38-40-78z' fill='@l'/><path d='M200 204v110' stroke='@d' stroke-width='4'/></g>",
    ),
    (
        "wateringcan",
        "<path d='M262 214l66-66' stroke='@d' stroke-width='18'/><path d='M312 122l40 38-14 8-36-34z' fill='@d'/><path d='M128 176c-60-10-60 100 0 92' fill='none' stroke='@d' stroke-width='14'/><path d='M124 170h144l12 132a12 12 0 0 1-12 12h-144a12 12 0 0 1-12-12z' fill='@f'/><path d='M150 170c0-60 92-60 92 0' fill='none' stroke='@k' stroke-width='11'/>",
    ),
    (
        "seeds",
        "<path d='M122 92h156v224h-156z' fill='@w'/><path d='M122 92h156v40h-156z' fill='@m'/><path d='M122 276h156v40h-156z' fill='@f'/><path d='M200 256v-62' stroke='#4c7a55' stroke-width='8'/><path d='M200 206c-42 2-46-40-46-40s44-4 46 40zM200 214c40 0 46-36 46-36s-42-6-46 36z' fill='#76a86f'/><circle cx='200' cy='152' r='12' fill='@a'/>",
    ),
    (
        "gardenchair",
        "<path d='M128 98h144l14 118h-172z' fill='@f'/><path d='M104 216h192v28h-192z' fill='@d'/><path d='M118 244l-14 72M282 244l14 72M150 244l-6 72M250 244l6 72' stroke='@a' stroke-width='12' stroke-linecap='round'/><path d='M164 104l-8 106M200 104v106M236 104l8 106' stroke='@d' stroke-width='5'/>",
    ),
    (
        "birdhouse",
        "<path d='M130 176h140v130h-140z' fill='@f'/><path d='M104 188l96-96 96 96-16 14-80-78-80 78z' fill='@d'/><circle cx='200' cy='214' r='26' fill='@k'/><path d='M200 262v20' stroke='@k' stroke-width='8' stroke-linecap='round'/><path d='M252 152c14-20 40-18 46-2l14 4-14 8c-4 18-30 22-46 10z' fill='@a'/>",
    ),
    (
        "coffeebag",
        "<path d='M128 104h144l14 28v168a14 14 0 0 1-14 14h-144a14 14 0 0 1-14-14v-168z' fill='@f'/><path d='M128 104h144v26h-144z' fill='@d'/><rect x='146' y='172' width='108' height='96' rx='48' fill='@w'/><ellipse cx='200' cy='220' rx='24' ry='34' fill='#6b4630' transform='rotate(24 200 220)'/><path d='M188 190c24 20-4 38 24 60' stroke='@w' stroke-width='6' fill='none'/>",
    ),
    (
        "tin",
        "<path d='M120 136h160v150c0 36-160 36-160 0z' fill='@f'/><ellipse cx='200' cy='136' rx='80' ry='22' fill='@l'/><ellipse cx='200' cy='134' rx='66' ry='16' fill='@d'/><path d='M120 186c30 22 130 22 160 0v66c-30 22-130 22-160 0z' fill='@w'/><path d='M200 258c-30-6-34-40-34-40s46-6 34 40zM200 258c26-4 34-34 34-34s-40-4-34 34z' fill='#76a86f'/>",
    ),
    (
        "chocolate",
        "<g transform='rotate(-8 200 200)'><rect x='130' y='90' width='140' height='130' rx='8' fill='#5b3a29'/><path d='M177 90v110M223 90v110M130 132h140M130 174h140' stroke='#7a5240' stroke-width='6'/><path d='M122 182l16-12 16 12 16-12 16 12 16-12 16 12 16-12 16 12 16-12 12 12v134h-156z' fill='@f'/><rect x='150' y='226' width='100' height='52' rx='6' fill='@w'/><path d='M166 244h68M176 260h48' stroke='@d' stroke-width='5'/></g>",
    ),
    (
        "oilbottle",
        "<rect x='184' y='76' width='32' height='30' rx='5' fill='@k'/><path d='M186 106h28v46c0 22 36 34 36 70v80a16 16 0 0 1-16 16h-68a16 16 0 0 1-16-16v-80c0-36 36-48 36-70z' fill='@m'/><path d='M150 222h100v70h-100z' fill='@w'/><path d='M150 222h100v14h-100z' fill='@f'/><path d='M200 284c-18-14-8-38 0-44 8 6 18 30 0 44z' fill='@a'/>",
    ),
    (
        "spicejar",
        "<rect x='148' y='104' width='104' height='44' rx='8' fill='@k'/><path d='M142 146h116v156a14 14 0 0 1-14 14h-88a14 14 0 0 1-14-14z' fill='@l' opacity='.7'/><path d='M142 190h116v112a14 14 0 0 1-14 14h-88a14 14 0 0 1-14-14z' fill='@f'/><rect x='142' y='212' width='116' height='56' fill='@w'/><path d='M162 232h76M174 250h52' stroke='@d' stroke-width='6'/>",
    ),
    (
        "pasta",
        "<path d='M130 100h140l8 206a10 10 0 0 1-10 10h-136a10 10 0 0 1-10-10z' fill='@f'/><path d='M130 100h140v22h-140z' fill='@d'/><rect x='150' y='150' width='100' height='110' rx='14' fill='#f6e3b4'/><path d='M164 240l18-76M184 244l12-84M206 244l6-84M226 240l10-74' stroke='#d9a94b' stroke-width='7' stroke-linecap='round'/><rect x='160' y='274' width='80' height='20' rx='6' fill='@w'/>",
    ),
];
