internal import Foundation
public import Pages
public import Tegata

/// What people read in the wallet.
extension Message {
    static let wallet = Message("会員証入れ", "Wallet")
    static let demonstration = Message(
        "試験と実演のための小さな会員証入れです。鍵はファイルに保存され、持ち主の確認はしません。",
        "A small wallet for tests and demonstrations: its key is in a file, and it asks nobody who they are."
    )
    static let noCards = Message("会員証はまだありません。", "There is no card here yet.")
    static let unread = Message(
        "読み取れなかったもの（もとのファイルは控えに残ります）",
        "What could not be read (the file that has it is kept)")
    static let openLink = Message("リンクを開く", "Open a link")
    static let link = Message("リンク", "Link")
    static let linkHint = Message(
        "openid-credential-offer:// か openid4vp:// で始まるリンク、または店や窓口のアドレスを貼り付けてください。",
        "Paste a link that begins with openid-credential-offer:// or openid4vp://, or the address that a shop or counter shows."
    )
    static let open = Message("開く", "Open")
    static let ledHere = Message(
        "ほかのページからこのリンクで案内されました。心当たりがあるときだけ開いてください。",
        "Another page led here with this link. Open it only if you expected it.")
    static let back = Message("戻る", "Back")
    static let toWallet = Message("会員証入れへ戻る", "Back to the wallet")
    static let notNow = Message("今はしない", "Not now")

    static let card = Message("会員証", "Card")
    static let edition = Message("版", "Edition")
    static let number = Message("番号", "Number")
    static let limit = Message("定員", "Limit")
    static let issuer = Message("発行者（確認済み）", "Issuer (verified)")
    static let callsItself = Message("発行者の自称", "Calls itself")
    static let benefits = Message("特典", "Benefits")
    static let claims = Message("記載事項", "What it says")
    static let claim = Message("項目", "Item")
    static let value = Message("内容", "Content")
    static let whenShown = Message("提示", "Shown")
    static let always = Message("いつも", "always")
    static let onlyAgreed = Message("同意したときだけ", "only when you agree")
    static let picture = Message("画像（SVG）", "Picture (SVG)")
    static let status = Message("いまの状態", "Status now")
    static let inForce = Message("有効です。", "In force.")
    static let withoutStatus = Message("期限まで有効です。", "Good until it ends.")
    static let askStatus = Message("発行者に確かめる", "Ask the issuer")
    static let statusPrivate = Message(
        "一覧をまるごと取り寄せるので、どの会員証を調べたかは発行者に伝わりません。",
        "The whole list is fetched, so the issuer does not learn which card is looked at.")
    static let delete = Message("会員証を削除", "Delete the card")
    static let deleteIt = Message("削除する", "Delete it")
    static let deletionWarning = Message(
        "削除すると元に戻せません。発行者が再発行するとは限りません。",
        "This cannot be undone, and the issuer may not give the card again.")
    static let settle = Message(
        "精算（本人の存在を公開の記録で証明）", "Settle (prove in the public log that a person is behind it)")
    static let settledNow = Message("精算しました。", "Settled.")

    static let offer = Message("会員証の受け取り", "Receive a card")
    static let offerExplanation = Message(
        "次の発行者が会員証を渡そうとしています。", "This issuer offers a card.")
    static let receive = Message("受け取る", "Receive")
    static let code = Message("受け取りコード", "Transaction code")
    static let codeHint = Message(
        "発行者の画面に表示されたコードを入力してください。", "Type the code that the issuer showed you.")
    static let issuerSays = Message("発行者の説明：", "The issuer says: ")
    static let onTheWay = Message("届くのを待っています", "On its way")
    static let waitingExplanation = Message(
        "発行者の手続きが終わるのを待っています。このページは自動で更新されます。",
        "The issuer is not ready yet. This page looks again by itself.")
    static let asked = Message("問い合わせた回数", "Asked so far")
    static let giveUp = Message("待つのをやめる", "Stop waiting")

    static let question = Message("会員証の提示", "Show a card")
    static let verifier = Message("求めている相手", "Who asks")
    static let verified = Message("求めている相手（確認済み）", "Who asks (verified)")
    static let unproven = Message("（身元は証明されていません）", "(has not proven who it is)")
    static let answerGoesTo = Message("回答の送り先", "The answer goes to")
    static let wouldBeShown = Message("相手に見せるもの", "What would be shown")
    static let staysHidden = Message("見せないもの", "What stays hidden")
    static let cardItself = Message(
        "会員証：発行者、版、番号、特典", "the card: issuer, edition, number, benefits")
    static let idNumber = Message(
        "マイナンバー（どの会員証にも入っていません）", "your ID number: no card has it")
    static let useInstead = Message("代わりに使う：", "Use instead:")
    static let noFittingCard = Message("求められた会員証がありません。", "No card here is what was asked for.")
    static let nothingLeaves = Message("何も送られません。", "Nothing is sent.")
    static let show = Message("同意して見せる", "Agree and show")
    static let decline = Message("断る", "Decline")
    static let shownNow = Message("見せました。", "Shown.")
    static let declinedNow = Message("断りました。何も見せていません。", "Declined. Nothing was shown.")
    static let backToVerifier = Message("相手のページへ戻る", "Back to the page that asked")

    static let useOne = Message("特典を使う", "Use a benefit")
    static let useIt = Message("一回分を使う", "Use one")
    static let usedNow = Message("一回分を使いました。", "One was used.")
    static let shop = Message("店（確認済み）", "Shop (verified)")
    static let shopSays = Message("店の控え", "The shop's receipt")
    static let shopAsks = Message(
        "店が発行者に確かめています。店の画面が変わったら、もう一度送ってください。",
        "The shop is asking the issuer. When its screen has changed, send it again.")
    static let sendAgain = Message("同じものをもう一度送る", "Send the same again")
    static let shopSeesCard = Message(
        "店には、会員証の版と番号、いつも見せる項目が伝わります。",
        "The shop sees edition and number of the card, and what it always shows.")
    static let shopSeesMember = Message(
        "店には、会員のひとりであることだけが伝わります。どの会員かはわかりません。",
        "The shop sees that you are one of the members, and not which one.")
    static let givesNumber = Message(
        "店には通信がありません。この回は、使えたかどうかにかかわらず戻りません。",
        "The shop has no network. This use is given away, whatever becomes of it.")
    static let benefit = Message("特典", "Benefit")
    static let countedBenefits = Message("回数のある特典", "Benefits with a number of uses")
    static let noBenefits = Message(
        "この会員証に、回数のある特典はありません。", "This card has no benefits with a number of uses.")
    static let leftAtMost = Message("残り（多くて）", "Left, at most")
    static let leftOffline = Message("うち通信のない店で", "At shops without a network")
    static let windowEnds = Message("期間の終わり", "Until")
    static let leftExplained = Message(
        "ここから使った回数だけを数えています。ほかの端末で使った分は、発行者だけが知っています。",
        "What was used from here is counted. Only the issuer knows of uses from another device.")
    static let receiptsKept = Message("保存している控え", "Receipts that are kept")
    static let mail = Message("お知らせ", "Notices")
    static let noMail = Message("回答を待っているお知らせはありません。", "No notice waits for an answer.")
    static let notShown = Message(
        "確かめられなかったので表示していないもの", "Not shown, because they did not hold")
    static let office = Message("担当課", "Office")
    static let amount = Message("金額", "Amount")
    static let basis = Message("根拠", "Basis in law")
    static let answerBefore = Message("回答できる最後の日", "Last day for an answer")
    static let confirm = Message("受け取ります", "Confirm")
    static let refuse = Message("辞退します", "Refuse")
    static let confirmedNow = Message("確認しました。", "Confirmed.")
    static let refusedNow = Message("辞退しました。", "Refused.")
    static let receiptKept = Message("発行者の受領証を保存しました。", "The issuer's receipt is kept.")
    static let answerOnItsWay = Message(
        "回答を送りましたが、届いたかどうかわかりません。", "The answer was sent, and whether it arrived was not heard.")
    static let deleteHistory = Message("履歴を削除", "Delete the history")
    static let move = Message("引っ越しと控え", "Move or copy")
    static let export = Message("ファイルに書き出す", "Write it to a file")
    static let exportHint = Message(
        "会員証、鍵、履歴のすべてが入ります。ファイルと合言葉を手にした人は、会員証を使えます。いくつかの単語をつなげた、長い合言葉にしてください。",
        "Everything is in it: cards, keys, history. Whoever has the file and the passphrase has the cards. Choose several words."
    )
    static let passphrase = Message("合言葉（十文字以上）", "Passphrase (ten characters or more)")
    static let again = Message("合言葉をもう一度", "The passphrase again")
    static let different = Message(
        "二つの合言葉が違います。", "The two passphrases are not the same.")
    static let tooShort = Message(
        "合言葉は十文字以上にしてください。", "A passphrase has ten characters or more.")
    static let `import` = Message("ファイルから読み込む", "Read a file")
    static let file = Message("ファイル", "File")
    static let filePassphrase = Message("ファイルの合言葉", "The file's passphrase")
    static let imported = Message("読み込みました。", "It was read.")
    static let newCards = Message("増えた会員証", "New cards")
    static let newIssuers = Message(
        "はじめての発行者です。心当たりがなければ削除してください。",
        "Issuers that were not known here. Delete those that are none of yours.")
    static let deleteIssuer = Message("この発行者のものを削除", "Delete all of this issuer")
    static let notTaken = Message("読み込めなかったもの", "What could not be taken")
    static let devices = Message("端末から端末へ", "From device to device")
    static let devicesHint = Message(
        "両方の端末でこのページを開きます。画面の案内どおりに文字列を渡し、六桁の数字が同じことを確かめます。",
        "Open this page on both devices. They show what to enter on the other one, and six digits to compare."
    )
    static let sendToDevice = Message("この端末から渡す", "Send from this device")
    static let receiveFromDevice = Message("この端末で受け取る", "Receive on this device")
    static let offerText = Message(
        "もとの端末の文字列（TEGATA-MOVE-1 で始まる）", "What the old device shows (TEGATA-MOVE-1:…)")
    static let replyText = Message(
        "新しい端末の文字列（TEGATA-MOVE-2 で始まる）", "What the new device shows (TEGATA-MOVE-2:…)")
    static let revealText = Message(
        "もとの端末の次の文字列（TEGATA-MOVE-3 で始まる）", "What the old device shows next (TEGATA-MOVE-3:…)")
    static let enterOnNew = Message("新しい端末に入力してください。", "Enter this on the new device.")
    static let enterOnOld = Message("もとの端末に入力してください。", "Enter this on the old device.")
    static let next = Message("次へ", "Next")
    static let ownDigits = Message("この端末の数字", "This device's digits")
    static let otherDigits = Message("もう一方の端末に出ている六桁の数字", "The six digits on the other device")
    static let digitsHint = Message(
        "二つの数字が違うときは、だれかが間にいます。やめて、はじめからやり直してください。",
        "When the two are not the same, somebody is in between: stop, and start again.")
    static let sealIt = Message("封じて書き出す", "Seal it and save the file")
    static let deleteAll = Message("すべてを削除", "Delete everything")
    static let deleteAllWarning = Message(
        "会員証、鍵、履歴、届くのを待っている会員証が、すべて消えます。書き出したファイルは残ります。元に戻せません。",
        "Cards, keys, history and what is on its way will be gone; files that were written stay. This cannot be undone."
    )

    static let history = Message("提示の履歴", "History")
    static let noHistory = Message("まだ何も見せていません。", "Nothing was shown yet.")
    static let time = Message("日時（UTC）", "Time (UTC)")
    static let outcome = Message("結果", "Result")
    static let whatWasShown = Message("見せたもの", "What was shown")
}

extension ConsentRecord.Outcome {
    /// How it ended, for people.
    public var words: Message {
        switch self {
        case .sent: Message("送信（返答は不明）", "sent, no reply heard")
        case .shown: Message("見せた", "shown")
        case .declined: Message("断った", "declined")
        case .refused: Message("相手が受け付けなかった", "refused by the verifier")
        }
    }
}

extension ConsentRecord {
    /// The time as `2026-11-28T01:02:03Z`.
    public var timeText: String {
        Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
    }
}

extension WalletImport.List {
    /// What a list of a wallet's file has, for people.
    public var words: Message {
        switch self {
        case .keys: Message("鍵", "key")
        case .issuers: Message("発行者", "issuer")
        case .cards: Message("会員証", "card")
        case .uses: Message("使った回数", "uses")
        case .inboxes: Message("お知らせ", "notices")
        case .receipts: Message("受領証", "receipt")
        case .answers: Message("送信中の回答", "answer on its way")
        case .vouchers: Message("店の受領証", "shop's receipt")
        case .proofs: Message("お知らせの証明", "proof of a notice")
        case .history: Message("履歴", "record")
        }
    }
}
