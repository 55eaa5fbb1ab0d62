package text

import "unicode"

// lookalike says which ASCII letters a rune is read as.
type lookalike struct {
	as   string
	when trust
}

// trust says when a look-alike is read as what it imitates.
type trust uint8

const (
	always trust = iota // it has no use of its own in running text, or is the same letter with an ornament
	strict              // a letter of another script: in a word mixed with Latin, or where nothing else in the text is of that script
	loose               // as strict, but only in mixed words: the likeness needs good will
)

// lookalikes maps runes that no Unicode decomposition turns into the ASCII letter they are
// read as. Lower case stands for both cases except where the capital looks different.
var lookalikes = func() map[rune]lookalike {
	table := make(map[rune]lookalike, 1024)
	enter := func(when trust, rows []string) {
		for i := 0; i+1 < len(rows); i += 2 {
			for _, r := range rows[i+1] {
				table[r] = lookalike{rows[i], when}
			}
		}
	}
	enter(always, ornamented)
	enter(strict, foreign)
	enter(loose, fancied)
	for _, r := range alphabets {
		for i := range rune(26) {
			table[r+i] = lookalike{string('a' + i), always}
		}
	}
	return table
}()

// alphabets are runes at which 26 letters begin that Unicode does not decompose:
// negative circled, negative squared, regional indicators, parenthesised.
var alphabets = []rune{0x1f150, 0x1f170, 0x1f1e6, 0x249c}

// ornamented are small capitals, hooked, barred and turned letters, ligatures and signs.
var ornamented = []string{
	"a", "ɑɐɒᴀⱥⱯᶏᗩ∀Ꭿⲁ⍺",
	"b", "ʙɓƀɃᴃᗷᏰ",
	"c", "ᴄɔƈȼↄɕᑕᑢↃ",
	"d", "ᴅđɖɗƌȡðᗪᗞ∂ᴆ",
	"e", "ᴇɛəǝɘɇⱸ℮ᗴ∃∈",
	"f", "ꜰƒɟⅎᖴꟻ",
	"g", "ɡɢɠǥɣᵹᘜƍᶃƃ",
	"h", "ʜħɥɦⱨʱᕼꞕ",
	"i", "ɪıɨᴉɩᵻ",
	"j", "ᴊɉʝɾȷᒍ",
	"k", "ᴋƙʞⱪĸᛕ",
	"l", "ʟłɫɬɭƚⱡᒪꞁ⅃",
	"m", "ᴍɱɯɰᗰ",
	"n", "ɴŋɲƞɳȵᑎᘉ",
	"o", "ᴏøɵƟᴑᗝ⊙◯⭕",
	"p", "ᴘƥᵽþᑭ",
	"q", "ɋʠꝗᑫ",
	"r", "ʀɹɼɽᴙʁⱤɍᖇ",
	"s", "ꜱʂșȿƨᔕ",
	"t", "ᴛʇŧƭʈȶⱦᖶ",
	"u", "ᴜʉʊᑌꞟᘮ",
	"v", "ᴠʌʋⱱᐯ",
	"w", "ᴡʍⱳᗯᘺ",
	"x", "✕✖❌᙭",
	"y", "ʏʎɏƴɣ",
	"z", "ᴢƶʐʑȥɀⱬᘔ",
	"ae", "æᴁ", "oe", "œɶ", "ss", "ß", "ij", "ĳ",
	"ab", "🆎", "cl", "🆑", "cool", "🆒", "free", "🆓", "id", "🆔", "new", "🆕", "ng", "🆖",
	"ok", "🆗", "sos", "🆘", "up", "🆙", "vs", "🆚",
	"'", "’‘ʼʹ´ˈ", "\"", "“”„‟«»″", "-", "‐‑‒–—―−⁃─", "*", "∗⁎✱✲✳★☆●•", "/", "⁄∕", "~", "∼〜",
	" ", "\u2800\u1680\u3164\u115f\u1160\uffa0", "\n", "\u2028\u2029\u0085",
	".", "。｡․·∙⋅", "|", "ǀ∣│┃", "!", "ǃ",
}

// foreign are letters of other scripts that readers of Latin take for the ASCII letter.
var foreign = []string{
	// Greek
	"a", "α", "b", "Ββ", "e", "ε", "h", "Η", "i", "ι", "k", "κ", "m", "Μ", "n", "Νη", "o", "ο",
	"p", "ρ", "t", "τ", "u", "υ", "v", "ν", "x", "χ", "y", "γΥ", "z", "Ζ", "w", "ω",
	// Cyrillic
	"a", "а", "b", "вь", "c", "с", "d", "ԁ", "e", "еҽ", "g", "ԍ", "h", "нһ", "i", "і",
	"j", "ј", "k", "к", "l", "Ӏӏ", "m", "м", "o", "о", "p", "р", "q", "ԛ", "s", "ѕ", "t", "т",
	"v", "ѵ", "w", "ԝ", "x", "х", "y", "уү",
	// Armenian
	"f", "ք", "g", "ց", "h", "հ", "n", "ոռ", "o", "օ", "q", "զ", "u", "ս", "j", "յ", "p", "բ",
	// Cherokee
	"a", "Ꭺ", "b", "Ᏼ", "c", "Ꮯ", "d", "Ꭰ", "e", "Ꭼ", "g", "Ꮐ", "h", "Ꮋ", "i", "Ꭵ", "j", "Ꭻ",
	"k", "Ꮶ", "l", "Ꮮ", "m", "Ꮇ", "p", "Ꮲ", "r", "Ꭱ", "s", "Ꮪ", "t", "Ꭲ", "v", "Ꮩ", "w", "Ꮃ", "y", "Ꭹ", "z", "Ꮓ",
	// Lisu
	"a", "ꓮ", "b", "ꓐ", "c", "ꓚ", "d", "ꓓ", "e", "ꓰ", "f", "ꓝ", "g", "ꓖ", "h", "ꓧ", "i", "ꓲ", "j", "ꓙ",
	"k", "ꓗ", "l", "ꓡ", "m", "ꓟ", "n", "ꓠ", "o", "ꓳ", "p", "ꓑ", "r", "ꓣ", "s", "ꓢ", "t", "ꓔ", "u", "ꓴ",
	"v", "ꓦ", "w", "ꓪ", "x", "ꓫ", "y", "ꓬ", "z", "ꓜ",
	// Hebrew, Georgian, Thai
	"o", "ס", "u", "ט", "n", "ח", "l", "ן", "h", "ჩ", "n", "ภ",
}

// fancied are letters whose likeness is only a hint.
var fancied = []string{
	"a", "дΔλค", "b", "ъб๒", "d", "δ", "e", "эєΣξ", "f", "ғฟ", "h", "ћђ", "k", "қҝ", "m", "ϻ๓", "n", "пиΠπҥл",
	"o", "θφюσ", "r", "яг", "s", "ςзร", "t", "Շ", "u", "цμย", "w", "шщѡฬ", "y", "ψч",
}

// disguising are the scripts whose letters stand in for Latin ones.
var disguising = []*unicode.RangeTable{
	unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Hebrew, unicode.Georgian,
	unicode.Thai, unicode.Cherokee, unicode.Lisu,
}
