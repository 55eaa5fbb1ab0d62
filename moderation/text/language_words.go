package text

import "strings"

// languages are the languages told apart by their words. The words are frequent ones in the
// folded form (no diacritics), letters are those that few other languages use.
var languages = [...]struct {
	code    string
	script  script
	letters string
	words   string
}{
	{"en", latin, "", `the and of to is are was were you your he she they that this with for not have has had
		it its but what who why how when where there their them from will would can could should be been if
		because about just like people think know don't i'm it's my me we our so do does did get out up all more
		than then his her him no yes only even want going one by on at as an or in into over some any very`},
	{"de", latin, "ß", `der die das und ist nicht ein eine einen einem ich du er sie es wir ihr mit von zu auf fur
		den dem des im auch aber wie was wer wenn dass sich nur noch schon so sind war hat haben werden wird kann
		man mehr bei nach aus oder doch mal immer alle uber hier da mir mich dich dir euch kein keine ja nein`},
	{"fr", latin, "œ", `le la les des est et un une pas que qui dans pour sur avec ce cette ces je tu il elle nous
		vous ils sont etait ont fait plus mais ou donc au aux du se sa son ses leur tout tous comme bien meme
		c'est n'est j'ai d'un qu'il quand ca on y ne etre avoir peut rien trop aussi oui non moi toi`},
	{"es", latin, "ñ¿¡", `el la los las de que y en un una es no se por con para su al lo como mas pero sus le ya
		este esta si porque muy sin sobre tambien me hasta hay donde quien desde todo nos cuando ser son eso
		esto yo tu ella ellos eres estan fue todos nada mi te gente asi`},
	{"it", latin, "", `il lo la gli le di che e non un una per con sono del della dei delle al alla nel nella come
		ma anche piu questo questa se ha hanno ho io tu lui lei noi voi loro perche cosa quando chi dove mi ti
		ci si molto tutto tutti sempre solo ancora essere era stato fare gia dal dalla c'e`},
	{"pt", latin, "ãõ", `o os as um uma de que e nao em para com por do da dos das no na nos nas se mais como mas
		ao ele ela eles voce eu tu nos isso isto esse essa este esta foi ser tem muito ja tambem so pelo pela ate
		sem quando quem sao esta estao porque gente tudo nada meu minha seu sua`},
	{"nl", latin, "", `de het een en van ik te dat die in is niet zijn op aan met als voor er maar om dan zou of wat
		mijn dit zo door over ze zich bij ook tot je mij uit der daar naar heeft hebben deze u want nog wel geen
		waar veel meer wij jij hij werd wordt kan moet gaat iets nee ja`},
	{"sv", latin, "", `och att det som en ar av for pa med den till inte om ett har de jag var men man fran vi du
		han hon sa kan nar ska skulle eller bara alla detta nu mycket dig mig vad hur dom aven efter utan blir
		varit mer ingen nej`},
	{"da", latin, "", `og at det som en er af for pa med den til ikke om et har de jeg var men man fra vi du han hun
		sa kan nar skal skulle eller bare alle dette nu meget dig mig hvad hvor hvordan efter uden bliver vaeret
		mere ingen nej ogsa blev af`},
	{"nb", latin, "", `og at det som en er av for pa med den til ikke om et har de jeg var men man fra vi du han hun
		sa kan nar skal skulle eller bare alle dette na mye deg meg hva hvor hvordan etter uten blir vaert mer
		ingen nei ogsa ble noe noen`},
	{"pl", latin, "łżźńęą", `i w na z sie nie do to jest ze o jak za od co po ale dla przez czy tak tylko juz byl byla
		sa ten ta tym tego jego jej ich bardzo moze kiedy gdzie kto ja ty on ona my wy oni mnie ciebie jestes
		tez albo wszystko nic`},
	{"cs", latin, "ěřů", `a v na se je ze to s z do i o k ve pro za by ale jak po co tak jsem jsi jsou byl byla bylo
		ktery ktera jen uz nebo kdyz jeho tento tohle proc kde kdo ja ty on ona my vy oni mne tebe jeste neni
		vsechno nic`},
	{"ro", latin, "țăâ", `si de la in nu cu pe un o este sunt ca din pentru care mai ce sa au fost dar sau daca prin
		acest aceasta foarte cand unde cine eu tu el ea noi voi ei lor lui tot toti nimic asta doar asa imi iti`},
	{"hu", latin, "őű", `a az es hogy nem is egy van meg de ez azt ha csak mint mar vagy ki mi te en ok mert nagyon
		most volt lesz kell itt ott minden semmi ezt aki ami nincs igen legy vagyok`},
	{"tr", latin, "ğşı", `ve bir bu da de ne icin ile cok mi ben sen biz siz onlar ama gibi daha var yok degil kadar
		her sey olan olarak en o diye niye neden evet hayir simdi boyle`},
	{"fi", latin, "", `ja on ei se etta han ovat oli mutta kun niin kuin mina sina me te he tama joka mita nyt vain
		jos myos ole olen kaikki mika siita sitten hyvin paljon voi koska miksi minun sinun`},
	{"ru", cyrillic, "ыэ", `и в не на что он с как а то это все она так его но да ты к у же вы за бы по ее мне было
		вот от меня еще нет о из ему теперь когда уже для кто чтобы был они мы их очень или если только есть`},
	{"uk", cyrillic, "іїєґ", `і в не на що він з як а то це все вона так його але та ти до у же ви за би по мені було
		від мене ще ні про із коли вже для хто щоб був вони ми їх дуже або якщо тільки є цей`},
	{"bg", cyrillic, "", `и в не на че той с как а това все тя така него но да ти към у ли за би по беше от мен още
		няма о ще когато вече кой съм са ние вие те много или ако само има се си`},
	{"sr", cyrillic, "ђћљњј", `и у не на да је су се што он са као а то све она али ти за би по од мене још нема о ће када
		већ који сам смо сте ми ви они много или ако само има`},
}

// wordLanguages and letterLanguages say, as a set of indices into languages, where a word or
// letter is at home.
var wordLanguages, letterLanguages = func() (map[string]uint32, map[rune]uint32) {
	words, letters := make(map[string]uint32), make(map[rune]uint32)
	for i, l := range languages {
		for _, w := range strings.Fields(l.words) {
			for _, folded := range Spellings(w) {
				words[folded] |= 1 << i
			}
		}
		for _, r := range l.letters + strings.ToUpper(l.letters) {
			letters[r] |= 1 << i
		}
	}
	return words, letters
}()
