internal import Pages

// Everything that people read at a verifier, in both languages.
extension Message {
    static let anyMember = Message("会員の確認", "Is this a member?")

    // The counter.
    static let counter = Message("会員証の確認", "Checking membership cards")
    static let asked = Message("お尋ねすること", "What is asked")
    static let anyEdition = Message("信頼する発行者の会員証", "A card of an issuer that is trusted here")
    static let anyOfIssuer = Message("この発行者の会員証", "A card of this issuer")
    static let edition = Message("版", "Edition")
    static let issuer = Message("発行者", "Issuer")
    static let onlyMembership = Message(
        "有効な会員証の持ち主であること、版と番号", "That you hold a valid card, its edition and number")
    static let alsoClaims = Message("加えて次の項目", "And these claims")
    static let alsoPerson = Message(
        "本人確認カードによる、ご本人の確認", "And the ID card's proof that the card was issued to you")
    static let nothingElse = Message("ほかの項目は受け取りません。", "Nothing else is taken.")
    static let withOtherDevice = Message("QRコードで確認", "Check with a QR code")
    static let withThisDevice = Message("この端末の会員証で確認", "Check with the wallet on this device")
    static let withKiosk = Message("電話のない方：本人確認カードだけで", "Without a phone: the ID card alone")
    static let withAnonymity = Message("名のらずに：会員のひとりとして", "Anonymously: as one of the members")
    static let noIssuer = Message(
        "発行者にまだ連絡がつきません。しばらくお待ちください。", "No issuer has answered yet. Please wait a moment.")

    // A visit.
    static let scan = Message("会員証のアプリで読み取ってください", "Scan this with your wallet")
    static let openWallet = Message("会員証のアプリをひらく", "Open the wallet")
    static let waiting = Message("お待ちしています…", "Waiting for the wallet…")
    static let fetched = Message(
        "アプリが読み取りました。同意をお待ちしています…", "The wallet has read it, and waits for its owner's consent…")
    static let comeBack = Message(
        "結果は、アプリから戻ったページに出ます。", "The result shows on the page that the wallet sends you back to.")
    static let cancel = Message("とりやめる", "Cancel")
    static let cancelled = Message("とりやめになりました", "It was cancelled")
    static let startAgain = Message("はじめから", "Start again")
    static let codeFor = Message("会員証を示すためのQRコード", "QR code for showing a card")
    static let asker = Message("お尋ねしている者", "Who asks")

    // A verdict.
    static let good = Message("会員です", "A member")
    static let goodPerson = Message("ご本人が会員です", "This person is a member")
    static let number = Message("番号", "Number")
    static let benefits = Message("特典", "Benefits")
    static let claims = Message("示された項目", "Claims shown")
    static let holder = Message("持ち主の確認", "Holder")
    static let holderProven = Message("確認済み（今、会員証の鍵で）", "proven, just now, with the card's key")
    static let holderNotProven = Message("確認していません", "not proven")
    static let person = Message("本人の確認", "Person")
    static let personNotAsked = Message("求めていません", "not asked for")
    static let personProven = Message(
        "確認済み（本人確認カードで）", "proven, with the ID card")
    static let revocationNotChecked = Message(
        "本人確認カードの失効は未確認", "whether the ID card was revoked was not checked")
    static let testCards = Message(
        "試験用の本人確認カードによるもの：本物ではありません", "TEST ID cards stand behind this: it is not real")
    static let none = Message("なし", "none")

    // Benefits.
    static let left = Message("残り", "Left")
    static let useOne = Message("一回分を使う", "Use one")
    static let usedNow = Message("一回分を使いました", "One was used")
    static let usedBefore = Message("この操作はすでに数えました", "This was counted already")
    static let usedUp = Message("残っていません", "None is left")

    // Entitlements.
    static let entitlements = Message("発行者が数える特典", "Benefits that an issuer counts")
    static let entitlementsExplained = Message(
        "使った回数は発行者が数えます。通信がないときは利用券を受け取り、あとで精算します。",
        "The issuer counts each use. Without a network this shop takes vouchers, and settles them later."
    )
    static let settlement = Message("精算", "Settlement")
    static let settlementExplained = Message(
        "つながるたびに自動で精算します。一枚の利用券は、何度送っても一度だけ数えられます。",
        "Whenever there is a network it is done by itself. A voucher counts once, however often it is handed in."
    )
    static let settleNow = Message("いま精算する", "Settle now")
    static let waitsForIssuer = Message("精算待ち", "Waiting")
    static let cameToCounted = Message("数えられた", "Counted")
    static let cameToCharged = Message(
        "ほかの店でも使われた（この店には支払われる）", "Used elsewhere too (this shop is paid)")
    static let cameToRefused = Message("支払われない", "Not paid")
    static let cameToDropped = Message("受け取らなかった", "Not taken")
    static let issuerIsAsked = Message("発行者に確かめています…", "The issuer is being asked…")
    static let notCounted = Message("使えませんでした", "It could not be used")
    static let withoutNetwork = Message("通信がありません。", "There is no network.")
    static let risk = Message(
        "同じ回が、ほかの店で先に使われているかもしれません。そのときもこの店には支払われ、使った人が負担します。",
        "The same use may have been given to another shop before. This shop is paid all the same; who gave it twice answers for it."
    )
    static let timesWithoutNetwork = Message(
        "一枚につき通信なしで使える回数", "Uses of a card without a network")
    static let codeForUse = Message("特典を使うためのQRコード", "QR code for using a benefit")

    // The kiosk.
    static let kiosk = Message("本人確認カードだけで確認", "Membership with the ID card alone")
    static let kioskExplained = Message(
        "公開の名簿をまるごと取り寄せ、この場で照らし合わせます。どなたを調べたかは、誰にも伝わりません。",
        "The public list is taken whole and looked up here: nobody is told who was looked up.")
    static let chooseEdition = Message("版", "Edition")
    static let choosePerson = Message("試験用カードの持ち主（TEST）", "Whose test card (TEST)")
    static let putCardIn = Message("カードを読み取り機に置いてください。", "Put the card into the reader.")
    static let check = Message("確認する", "Check")
    static let notAMember = Message("この版の会員ではありません", "Not a member of this edition")
    static let noKiosk = Message("ここには読み取り機がありません。", "There is no card reader here.")

    // Anonymous actions.
    static let anonymous = Message("名のらずに", "Anonymously")
    static let anonymousExplained = Message(
        "会員のひとりであることだけを示します。どの会員かは、ここにもわかりません。おひとり一回です。",
        "You show that you are one of the members, and nobody learns which one. Once for each member."
    )
    static let seesOneOf = Message(
        "会員のひとりであることだけがわかります。", "All that is learned is that it is one of the members.")
    static let anonymity = Message("何人のうちのひとりか", "One of how many")
    static let people = Message("人", "members")
    static let predicates = Message("加えて示すこと", "What is shown besides")
    static let openUntil = Message("締め切り（UTC）", "Open until (UTC)")
    static let questionAt = Message("アプリがひらく質問", "The question, for your wallet")
    static let took = Message("これまでに", "So far")
    static let noActions = Message("今はありません。", "There are none now.")

    // Two cards, one person.
    static let links = Message("二枚の会員証が同じ人のものか", "Two cards, one person")
    static let linksExplained = Message(
        "二枚の会員証が同じ人のものであることだけを、ご本人の同意と本人確認カードで確かめます。ほかの窓口や次の機会には使えません。",
        "Only that two cards are one person's is learned, when that person agrees and brings the ID card. It is of no use elsewhere, or another time."
    )
    static let linkPurpose = Message("目的", "What it is for")
    static let linkNeeds = Message(
        "ご本人の同意と、本人確認カードが必要です。断ることができます。",
        "It takes the person's own yes and the ID card. A no is an answer too: nothing is sent.")
    static let onlyThatThereIsOne = Message(
        "この版の会員証をひとつ持っていること。どの会員証かは受け取りません",
        "That the person has a card of this edition; which one is not taken")
    static let onePerson = Message("二枚は、お一人のものです", "Both cards are one person's")
    static func oneOf(_ count: Int) -> Message {
        Message("\(count) 人のうちのひとり", "One of \(count)")
    }
    static let whichIsHidden = Message("どれかはわかりません", "which one is not known")
    static let codeForLink = Message(
        "二枚の会員証を結ぶためのQRコード", "QR code for linking two cards")
    static let notOnePerson = Message(
        "二枚の会員証が同じ人のものだとは、確かめられませんでした。",
        "That both cards are one person's did not hold.")
    static let notOnePersonNext = Message(
        "ご本人の会員証と、ご本人の本人確認カードで、もう一度お試しください。",
        "Please try again with cards of one person, and that person's ID card.")
}
