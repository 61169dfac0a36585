// The shortcodes that apps use. Unknown ones stay as they are written.

const LIST = `
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|heavy_multiplication_x ✖️
warning ⚠️|rotating_light 🚨|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|construction 🚧|sos 🆘|bangbang ‼️|exclamation ❗|question ❓|grey_question ❔
information_source ℹ️|bulb 💡|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|eyes 👀|eye 👁️
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|timer_clock ⏲️|alarm_clock ⏰|watch ⌚|clock1 🕐|clock3 🕒|clock6 🕕|clock9 🕘|clock12 🕛|calendar 📆|date 📅|spiral_calendar_pad 🗓️
arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|recycle ♻️|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrow_forward ▶️|double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|stop_button ⏹️|fast_forward ⏩
rocket 🚀|package 📦|gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|toolbox 🧰|nut_and_bolt 🔩|broom 🧹|wastebasket 🗑️|fire 🔥|boom 💥|zap ⚡|sparkles ✨|star ⭐|star2 🌟|tada 🎉|confetti_ball 🎊|seedling 🌱|herb 🌿|leaves 🍃|fallen_leaf 🍂|deciduous_tree 🌳|butterfly 🦋|bug 🐛|ant 🐜|bee 🐝|hatching_chick 🐣|ghost 👻|skull 💀|coffin ⚰️
lock 🔒|unlock 🔓|closed_lock_with_key 🔐|key 🔑|old_key 🗝️|shield 🛡️|link 🔗|paperclip 📎|pushpin 📌|round_pushpin 📍|clipboard 📋|memo 📝|pencil 📝|pencil2 ✏️|page_facing_up 📄|receipt 🧾|scroll 📜|bookmark 🔖|label 🏷️|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|floppy_disk 💾|inbox_tray 📥|outbox_tray 📤|email 📧|mag 🔍|mag_right 🔎
moneybag 💰|money_with_wings 💸|dollar 💵|euro 💶|credit_card 💳|coin 🪙|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|abacus 🧮
computer 💻|desktop_computer 🖥️|cloud ☁️|sunny ☀️|crescent_moon 🌙|zzz 💤|globe_with_meridians 🌐|earth_africa 🌍|satellite_antenna 📡|electric_plug 🔌|battery 🔋|building_construction 🏗️|house 🏠|bricks 🧱|test_tube 🧪|robot_face 🤖|brain 🧠
red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠|large_yellow_circle 🟡|yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢|large_blue_circle 🔵|blue_circle 🔵|purple_circle 🟣|white_circle ⚪|black_circle ⚫|red_square 🟥|large_green_square 🟩|white_large_square ⬜|black_large_square ⬛|small_blue_diamond 🔹|large_blue_diamond 🔷|small_orange_diamond 🔸
wave 👋|+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|raised_hands 🙌|clap 👏|pray 🙏|point_right 👉|point_down 👇|point_up 👆|muscle 💪|raised_hand ✋|hand ✋|handshake 🤝|bust_in_silhouette 👤|busts_in_silhouette 👥|technologist 🧑‍💻
smile 😄|slightly_smiling_face 🙂|smiley 😃|grinning 😀|wink 😉|thinking_face 🤔|sweat_smile 😅|cry 😢|sob 😭|disappointed 😞|confused 😕|astonished 😲|sunglasses 😎|sleeping 😴|heart ❤️|green_heart 💚|broken_heart 💔|100 💯|checkered_flag 🏁|triangular_flag_on_post 🚩|white_flag 🏳️|dart 🎯|beach_with_umbrella 🏖️|palm_tree 🌴|coffee ☕|beer 🍺|cake 🍰|pizza 🍕|birthday 🎂|gift 🎁|trophy 🏆|first_place_medal 🥇
`;

/** Shortcode, without colons → the sign. */
export const EMOJI = Object.freeze(Object.fromEntries(
  LIST.trim().split(/[\n|]/).map((pair) => pair.trim().split(" ")),
));
