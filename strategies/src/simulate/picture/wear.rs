//! Silhouettes for clothing, the outdoors, beauty, toys and electronics.

/// Name and drawing, with the same colour marks as the silhouettes of the home.
pub(super) const SHAPES: &[(&str, &str)] = &[
    (
        "jacket",
        "<path d='M150 96l50 20 50-20 62 44-16 150h-38l-4-64v92h-108v-92l-4 64h-38l-16-150z' fill='@f'/><path d='M200 116v202' stroke='@d' stroke-width='6'/><path d='M150 96l50 42 50-42-18-10h-64z' fill='@d'/><path d='M162 250h28v30h-28zM210 250h28v30h-28z' fill='@d' opacity='.5'/><circle cx='200' cy='170' r='5' fill='@a'/><circle cx='200' cy='210' r='5' fill='@a'/>",
    ),
    (
        "sweater",
        "<path d='M152 100c30 20 66 20 96 0l58 44-22 152h-34l-2-70v84h-96v-84l-2 70h-34l-22-152z' fill='@f'/><path d='M152 100c30 20 66 20 96 0l-10-12c-24 12-52 12-76 0z' fill='@d'/><path d='M152 294h96v16h-96zM116 282h34v14h-34zM250 282h34v14h-34z' fill='@d'/><path d='M152 190l16-14 16 14 16-14 16 14 16-14 16 14' fill='none' stroke='@a' stroke-width='6'/>",
    ),
    (
        "shirt",
        "<path d='M156 98c24 24 64 24 88 0l66 40-28 62-34-16v128h-96v-128l-34 16-28-62z' fill='@f'/><path d='M156 98c24 24 64 24 88 0l-12-6c-18 14-46 14-64 0z' fill='@d'/><circle cx='226' cy='172' r='14' fill='@a'/>",
    ),
    (
        "trousers",
        "<path d='M138 88h124l22 226h-56l-28-150-28 150h-56z' fill='@f'/><path d='M138 88h124l2 22h-128z' fill='@d'/><path d='M200 110v54' stroke='@d' stroke-width='5'/><path d='M142 124c18 4 26 18 26 34M258 124c-18 4-26 18-26 34' fill='none' stroke='@d' stroke-width='4'/>",
    ),
    (
        "shoe",
        "<path d='M88 190c30 6 62-6 84-36 24 40 62 58 110 66 28 6 40 24 38 46h-232z' fill='@f'/><path d='M84 262h238v22a12 12 0 0 1-12 12h-214a12 12 0 0 1-12-12z' fill='@w'/><path d='M84 278h238' stroke='@d' stroke-width='5'/><path d='M172 180l26-14M190 200l26-14M210 216l24-14' stroke='@w' stroke-width='7'/><path d='M88 190c-6 24-6 50 0 72h40c-2-30-12-56-40-72z' fill='@a'/>",
    ),
    (
        "boot",
        "<path d='M136 92h96v108c20 16 76 18 80 70v14h-176z' fill='@f'/><path d='M128 282h188v24h-188z' fill='@k'/><path d='M136 92h96v22h-96z' fill='@d'/><path d='M210 140h22M210 166h22M214 192h24' stroke='@a' stroke-width='7'/>",
    ),
    (
        "hat",
        "<path d='M112 232c0-86 40-126 88-126s88 40 88 126z' fill='@f'/><rect x='100' y='222' width='200' height='52' rx='22' fill='@d'/><circle cx='200' cy='98' r='22' fill='@a'/><path d='M130 226v44M160 226v46M190 226v48M220 226v48M250 226v46M276 226v42' stroke='@m' stroke-width='5'/>",
    ),
    (
        "scarf",
        "<path d='M118 128c40-34 124-34 164 0 14 26-8 58-40 62-30 4-54 4-84 0-32-4-54-36-40-62z' fill='@f'/><path d='M214 182l66 8-14 118h-58z' fill='@m'/><path d='M156 182l56 10-20 90-56-6z' fill='@f'/><path d='M208 308v14M222 308v14M236 308v14M250 308v14M264 308v14M140 278l-2 14M156 280l-2 14M172 282l-2 14' stroke='@d' stroke-width='5'/>",
    ),
    (
        "sock",
        "<path d='M150 88h86v118l60 50c24 24 6 58-26 56-52-4-120-46-120-92z' fill='@f'/><path d='M150 88h86v30h-86z' fill='@a'/><path d='M150 210c0 34 22 52 44 66 6-34 22-50 42-62v-8z' fill='@d' opacity='.45'/><path d='M296 256c24 24 6 58-26 56-8-24 2-50 26-56z' fill='@a'/>",
    ),
    (
        "backpack",
        "<path d='M164 104c0-40 72-40 72 0' fill='none' stroke='@d' stroke-width='12'/><path d='M122 168c0-50 30-70 78-70s78 20 78 70v120a28 28 0 0 1-28 28h-100a28 28 0 0 1-28-28z' fill='@f'/><rect x='144' y='214' width='112' height='82' rx='16' fill='@d'/><path d='M144 240h112' stroke='@l' stroke-width='5'/><rect x='192' y='232' width='16' height='26' rx='5' fill='@a'/><path d='M122 190h-16v84h16zM278 190h16v84h-16z' fill='@d'/><path d='M140 152h120' stroke='@d' stroke-width='6'/>",
    ),
    (
        "bag",
        "<path d='M150 164c0-84 100-84 100 0' fill='none' stroke='@d' stroke-width='12'/><path d='M104 156h192l14 146a14 14 0 0 1-14 14h-192a14 14 0 0 1-14-14z' fill='@f'/><rect x='164' y='212' width='72' height='48' rx='6' fill='@w'/><path d='M178 230h44M184 244h32' stroke='@d' stroke-width='5'/>",
    ),
    (
        "tent",
        "<path d='M200 108l126 196h-252z' fill='@f'/><path d='M200 108l-46 196h92z' fill='@d'/><path d='M200 108l-6 196h-40z' fill='@l'/><path d='M200 108l-10-18M200 108l10-18M74 304l-14 12M326 304l14 12' stroke='@k' stroke-width='6' stroke-linecap='round'/>",
    ),
    (
        "stove",
        "<rect x='128' y='128' width='144' height='96' rx='14' fill='@f'/><rect x='116' y='116' width='168' height='20' rx='8' fill='@d'/><path d='M272 150h44' stroke='@k' stroke-width='12' stroke-linecap='round'/><path d='M160 262c-12-22 10-22 4-38 22 10 24 38 4 38zM198 264c-14-26 12-26 4-44 26 12 28 44 6 44zM240 262c-12-22 10-22 4-38 22 10 24 38 4 38z' fill='#f6b04c'/><path d='M124 268h152l22 40h-196z' fill='@k'/>",
    ),
    (
        "bottle",
        "<rect x='174' y='74' width='52' height='34' rx='8' fill='@k'/><path d='M180 108h40v14c0 18 28 24 28 56v114a24 24 0 0 1-24 24h-48a24 24 0 0 1-24-24v-114c0-32 28-38 28-56z' fill='@f'/><path d='M152 200h96v18h-96z' fill='@a'/><path d='M166 176v106' stroke='@l' stroke-width='7' stroke-linecap='round' opacity='.8'/>",
    ),
    (
        "flask",
        "<path d='M156 88h88v44h-88z' fill='@l'/><path d='M150 128h100v12h-100z' fill='@k'/><path d='M146 140h108v150a26 26 0 0 1-26 26h-56a26 26 0 0 1-26-26z' fill='@f'/><path d='M254 176h20a16 16 0 0 1 16 16v48a16 16 0 0 1-16 16h-20' fill='none' stroke='@d' stroke-width='11'/><path d='M146 270h108v12h-108z' fill='@a'/>",
    ),
    (
        "helmet",
        "<path d='M84 236c0-84 52-128 118-128 72 0 116 54 114 124l-10 14h-210z' fill='@f'/><path d='M116 222c4-46 24-74 44-88M174 222c0-46 8-76 22-96M236 222c0-44-6-70-14-90M288 222c-4-34-16-58-32-76' stroke='@d' stroke-width='11' fill='none'/><path d='M92 244h222l-14 20h-190z' fill='@d'/><path d='M130 264l40 44 44-44' fill='none' stroke='@k' stroke-width='7'/>",
    ),
    (
        "bikelight",
        "<rect x='150' y='110' width='150' height='96' rx='40' fill='@f'/><circle cx='164' cy='158' r='46' fill='@k'/><circle cx='164' cy='158' r='34' fill='#fff3c4'/><rect x='210' y='204' width='40' height='48' fill='@d'/><rect x='110' y='250' width='230' height='34' rx='17' fill='@k'/><circle cx='262' cy='150' r='9' fill='@a'/>",
    ),
    (
        "mat",
        "<path d='M120 134h190v150h-190z' fill='@f'/><circle cx='120' cy='209' r='75' fill='@d'/><circle cx='120' cy='209' r='54' fill='@m'/><circle cx='120' cy='209' r='34' fill='@d'/><circle cx='120' cy='209' r='14' fill='@l'/><path d='M236 134h16v150h-16z' fill='@a'/>",
    ),
    (
        "dumbbell",
        "<rect x='120' y='196' width='160' height='28' rx='10' fill='@k'/><rect x='76' y='150' width='34' height='120' rx='12' fill='@d'/><rect x='104' y='132' width='36' height='156' rx='12' fill='@f'/><rect x='290' y='150' width='34' height='120' rx='12' fill='@d'/><rect x='260' y='132' width='36' height='156' rx='12' fill='@f'/>",
    ),
    (
        "headlamp",
        "<path d='M84 190c30-74 202-74 232 0v40c-30-66-202-66-232 0z' fill='@f'/><rect x='144' y='162' width='112' height='92' rx='22' fill='@k'/><circle cx='200' cy='208' r='36' fill='#fff3c4'/><circle cx='200' cy='208' r='20' fill='@a' opacity='.5'/><path d='M200 262v34M160 258l-18 30M240 258l18 30' stroke='#f6d77a' stroke-width='7' stroke-linecap='round'/>",
    ),
    (
        "compass",
        "<circle cx='200' cy='214' r='98' fill='@f'/><circle cx='200' cy='214' r='76' fill='@w'/><path d='M200 152l20 62h-40z' fill='@a'/><path d='M200 276l20-62h-40z' fill='@k'/><circle cx='200' cy='214' r='9' fill='@d'/><path d='M184 84h32v34h-32z' fill='@d'/>",
    ),
    (
        "tube",
        "<path d='M140 92h120l-14 180h-92z' fill='@f'/><path d='M132 84h136v14h-136z' fill='@d'/><rect x='152' y='270' width='96' height='46' rx='8' fill='@w'/><rect x='160' y='140' width='80' height='70' rx='6' fill='@w' opacity='.9'/><path d='M174 160h52M174 178h38' stroke='@d' stroke-width='5'/><circle cx='214' cy='194' r='7' fill='@a'/>",
    ),
    (
        "dropper",
        "<path d='M184 74h32v42h-32z' fill='@k'/><rect x='170' y='112' width='60' height='26' rx='6' fill='@a'/><path d='M142 168a30 30 0 0 1 30-30h56a30 30 0 0 1 30 30v122a26 26 0 0 1-26 26h-64a26 26 0 0 1-26-26z' fill='@f'/><rect x='142' y='196' width='116' height='72' fill='@w'/><path d='M200 208c18 24 16 44 0 44s-18-20 0-44z' fill='@m'/>",
    ),
    (
        "pump",
        "<path d='M176 76h64v18h-40v26h-24z' fill='@k'/><rect x='158' y='118' width='84' height='24' rx='6' fill='@a'/><path d='M136 142h128v148a26 26 0 0 1-26 26h-76a26 26 0 0 1-26-26z' fill='@f'/><rect x='156' y='184' width='88' height='84' rx='6' fill='@w'/><path d='M200 254c-28-10-26-42-26-42s40 0 26 42zM204 254c18-6 20-30 20-30s-28-2-20 30z' fill='#76a86f'/>",
    ),
    (
        "soap",
        "<rect x='96' y='196' width='208' height='104' rx='40' fill='@f'/><rect x='124' y='218' width='152' height='58' rx='26' fill='none' stroke='@l' stroke-width='6'/><circle cx='152' cy='156' r='26' fill='@w' opacity='.8'/><circle cx='196' cy='126' r='18' fill='@w' opacity='.7'/><circle cx='234' cy='160' r='22' fill='@w' opacity='.8'/><circle cx='270' cy='124' r='12' fill='@w' opacity='.7'/>",
    ),
    (
        "perfume",
        "<rect x='176' y='82' width='48' height='46' rx='6' fill='@k'/><rect x='184' y='126' width='32' height='20' fill='@a'/><path d='M122 176l28-30h100l28 30v124a16 16 0 0 1-16 16h-124a16 16 0 0 1-16-16z' fill='@l' opacity='.75'/><path d='M122 212h156v88a16 16 0 0 1-16 16h-124a16 16 0 0 1-16-16z' fill='@f'/><rect x='164' y='232' width='72' height='48' fill='@w'/>",
    ),
    (
        "razor",
        "<rect x='118' y='92' width='164' height='44' rx='10' fill='@k'/><path d='M128 106h144M128 120h144' stroke='@l' stroke-width='5'/><path d='M184 136h32l8 40h-48z' fill='@a'/><rect x='180' y='172' width='40' height='146' rx='18' fill='@f'/>",
    ),
    (
        "lipstick",
        "<path d='M170 176v-60c0-10 44-44 60-34v94z' fill='@a'/><rect x='164' y='172' width='72' height='48' fill='#d8b26a'/><rect x='152' y='216' width='96' height='100' rx='8' fill='@f'/><path d='M152 230h96v8h-96z' fill='@d'/>",
    ),
    (
        "brush",
        "<g transform='rotate(30 200 200)'><path d='M166 80c20-22 48-22 68 0l-8 84h-52z' fill='@a'/><rect x='170' y='160' width='60' height='40' fill='#d8b26a'/><path d='M176 200h48l-10 124a14 14 0 0 1-28 0z' fill='@f'/></g>",
    ),
    (
        "train",
        "<rect x='96' y='196' width='208' height='70' rx='12' fill='@f'/><rect x='210' y='120' width='94' height='84' rx='10' fill='@m'/><rect x='228' y='140' width='56' height='36' rx='6' fill='@w'/><path d='M128 140h36v60h-36z' fill='@d'/><rect x='118' y='126' width='56' height='20' rx='8' fill='@k'/><circle cx='140' cy='280' r='30' fill='@a'/><circle cx='212' cy='280' r='30' fill='@a'/><circle cx='278' cy='286' r='24' fill='@a'/><circle cx='140' cy='280' r='10' fill='@w'/><circle cx='212' cy='280' r='10' fill='@w'/><circle cx='278' cy='286' r='8' fill='@w'/>",
    ),
    (
        "bear",
        "<circle cx='146' cy='112' r='28' fill='@d'/><circle cx='254' cy='112' r='28' fill='@d'/><ellipse cx='200' cy='262' rx='74' ry='58' fill='@f'/><circle cx='200' cy='158' r='70' fill='@f'/><ellipse cx='200' cy='182' rx='32' ry='24' fill='@l'/><circle cx='174' cy='144' r='8' fill='@k'/><circle cx='226' cy='144' r='8' fill='@k'/><ellipse cx='200' cy='174' rx='11' ry='8' fill='@k'/><circle cx='132' cy='300' r='24' fill='@d'/><circle cx='268' cy='300' r='24' fill='@d'/><path d='M170 226l30 12 30-12v26l-30-10-30 10z' fill='@a'/>",
    ),
    (
        "rabbit",
        "<path d='M166 138c-34-70-16-96 2-88 20 10 22 60 18 86zM234 138c34-70 16-96-2-88-20 10-22 60-18 86z' fill='@d'/><circle cx='200' cy='172' r='60' fill='@f'/><ellipse cx='200' cy='272' rx='66' ry='46' fill='@f'/><circle cx='178' cy='164' r='7' fill='@k'/><circle cx='222' cy='164' r='7' fill='@k'/><path d='M192 184h16l-8 10z' fill='@a'/><ellipse cx='200' cy='282' rx='34' ry='28' fill='@l'/>",
    ),
    (
        "ball",
        "<circle cx='200' cy='212' r='104' fill='@f'/><path d='M200 108c-54 50-54 158 0 208M200 108c54 50 54 158 0 208M98 196c60 30 144 30 204 0' fill='none' stroke='@a' stroke-width='9'/><ellipse cx='162' cy='160' rx='22' ry='14' fill='@w' opacity='.55' transform='rotate(-36 162 160)'/>",
    ),
    (
        "game",
        "<rect x='88' y='158' width='224' height='150' rx='12' fill='@f'/><path d='M88 172a14 14 0 0 1 14-14h196a14 14 0 0 1 14 14v20h-224z' fill='@d'/><rect x='118' y='214' width='110' height='66' rx='8' fill='@w'/><circle cx='146' cy='247' r='13' fill='@a'/><circle cx='180' cy='247' r='13' fill='@m'/><g transform='rotate(14 262 128)'><rect x='230' y='94' width='66' height='66' rx='12' fill='@w'/><circle cx='248' cy='112' r='6' fill='@k'/><circle cx='263' cy='127' r='6' fill='@k'/><circle cx='278' cy='142' r='6' fill='@k'/></g>",
    ),
    (
        "bricks",
        "<rect x='96' y='238' width='130' height='72' rx='6' fill='@f'/><rect x='232' y='238' width='78' height='72' rx='6' fill='@a'/><rect x='138' y='158' width='130' height='72' rx='6' fill='@m'/><path d='M110 226h30v12h-30zM160 226h30v12h-30zM254 226h30v12h-30zM152 146h30v12h-30zM220 146h30v12h-30z' fill='@d'/><rect x='168' y='96' width='70' height='52' rx='6' fill='#f4c95d'/>",
    ),
    (
        "puzzle",
        "<path d='M104 120h72c-14-40 62-40 48 0h72v72c40-14 40 62 0 48v72h-72c14-40-62-40-48 0h-72v-72c-40 14-40-62 0-48z' fill='@f'/><path d='M104 120h72c-14-40 62-40 48 0h72v72c40-14 40 62 0 48v72h-72c14-40-62-40-48 0h-72v-72c-40 14-40-62 0-48z' fill='none' stroke='@d' stroke-width='7'/><circle cx='200' cy='214' r='20' fill='@a'/>",
    ),
    (
        "kite",
        "<path d='M214 76l88 96-126 108-62-116z' fill='@f'/><path d='M214 76l-38 204M114 164l188 8' stroke='@d' stroke-width='6'/><path d='M176 280c-20 20 20 26 0 46' fill='none' stroke='@k' stroke-width='5'/><path d='M160 292l18 8-16 10zM192 310l-18 6 18 12z' fill='@a'/>",
    ),
    (
        "headphones",
        "<path d='M104 232c-10-150 202-150 192 0' fill='none' stroke='@d' stroke-width='20'/><rect x='84' y='206' width='58' height='100' rx='26' fill='@f'/><rect x='258' y='206' width='58' height='100' rx='26' fill='@f'/><rect x='128' y='214' width='22' height='84' rx='11' fill='@k'/><rect x='250' y='214' width='22' height='84' rx='11' fill='@k'/><circle cx='104' cy='256' r='8' fill='@a'/>",
    ),
    (
        "earbuds",
        "<rect x='112' y='220' width='176' height='96' rx='40' fill='@f'/><path d='M112 258h176' stroke='@d' stroke-width='5'/><circle cx='200' cy='286' r='7' fill='@a'/><circle cx='152' cy='140' r='34' fill='@m'/><rect x='158' y='140' width='24' height='78' rx='12' fill='@d'/><circle cx='248' cy='140' r='34' fill='@m'/><rect x='218' y='140' width='24' height='78' rx='12' fill='@d'/><circle cx='146' cy='136' r='14' fill='@k'/><circle cx='254' cy='136' r='14' fill='@k'/>",
    ),
    (
        "speaker",
        "<rect x='124' y='84' width='152' height='232' rx='30' fill='@f'/><circle cx='200' cy='238' r='54' fill='@k'/><circle cx='200' cy='238' r='34' fill='@d'/><circle cx='200' cy='238' r='12' fill='@a'/><circle cx='200' cy='136' r='28' fill='@k'/><circle cx='200' cy='136' r='12' fill='@d'/>",
    ),
    (
        "charger",
        "<rect x='128' y='124' width='144' height='150' rx='28' fill='@f'/><path d='M168 84h16v44h-16zM216 84h16v44h-16z' fill='@k'/><path d='M212 156l-40 54h26l-10 40 40-56h-26z' fill='@a'/><path d='M200 274v42' stroke='@k' stroke-width='10'/>",
    ),
    (
        "cable",
        "<path d='M116 150c0 150 168-10 168 140' fill='none' stroke='@m' stroke-width='14'/><circle cx='200' cy='220' r='58' fill='none' stroke='@f' stroke-width='16'/><rect x='98' y='92' width='36' height='62' rx='8' fill='@d'/><rect x='106' y='76' width='20' height='20' fill='@l'/><rect x='266' y='272' width='36' height='46' rx='8' fill='@d'/><rect x='276' y='316' width='16' height='14' fill='@l'/>",
    ),
    (
        "phonecase",
        "<rect x='132' y='78' width='136' height='242' rx='28' fill='@f'/><rect x='132' y='78' width='136' height='242' rx='28' fill='none' stroke='@d' stroke-width='7'/><rect x='150' y='96' width='56' height='58' rx='16' fill='@k'/><circle cx='168' cy='114' r='9' fill='@l'/><circle cx='188' cy='136' r='9' fill='@l'/><circle cx='200' cy='236' r='22' fill='@a'/>",
    ),
    (
        "bulb",
        "<path d='M200 82c58 0 92 40 88 92-4 44-42 58-46 92h-84c-4-34-42-48-46-92-4-52 30-92 88-92z' fill='@f'/><path d='M176 262v-60l24 20 24-20v60' fill='none' stroke='@a' stroke-width='6'/><path d='M160 268h80v14h-80zM166 286h68v12h-68zM178 302h44v14h-44z' fill='@k'/>",
    ),
    (
        "sensor",
        "<circle cx='200' cy='210' r='96' fill='@w'/><circle cx='200' cy='210' r='96' fill='none' stroke='@f' stroke-width='20'/><path d='M150 206a70 70 0 0 1 100 0M170 228a42 42 0 0 1 60 0' fill='none' stroke='@d' stroke-width='11' stroke-linecap='round'/><circle cx='200' cy='252' r='11' fill='@a'/>",
    ),
    (
        "keyboard",
        "<rect x='72' y='154' width='256' height='128' rx='18' fill='@f'/><path d='M92 184h216M92 214h216' stroke='@w' stroke-width='20' stroke-dasharray='22 10'/><path d='M92 250h36M288 250h20' stroke='@w' stroke-width='20'/><path d='M140 250h136' stroke='@a' stroke-width='20'/>",
    ),
    (
        "mouse",
        "<rect x='136' y='94' width='128' height='216' rx='64' fill='@f'/><path d='M200 94v92M136 186h128' stroke='@d' stroke-width='6'/><rect x='190' y='126' width='20' height='42' rx='10' fill='@a'/>",
    ),
];
