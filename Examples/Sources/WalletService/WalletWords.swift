internal import Foundation
public import Pages

/// What people read in the wallet.
extension Message {
    static let wallet = Message("会員証入れ", "Wallet")
    static let demonstration = Message(
        "試験と実演のための小さな会員証入れです。鍵はファイルに保存され、持ち主の確認はしません。",
        "A small wallet for tests and demonstrations: its key is in a file, and it asks nobody who they are."
    )
    static let noCards = Message("会員証はまだありません。", "There is no card here yet.")
    static let unreadableCard = Message("読み取れない会員証", "A card that cannot be read")
    static let openLink = Message("リンクを開く", "Open a link")
    static let link = Message("リンク", "Link")
    static let linkHint = Message(
        "openid-credential-offer:// または openid4vp:// で始まるリンクを貼り付けてください。",
        "Paste a link that begins with openid-credential-offer:// or openid4vp://.")
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

    static let history = Message("提示の履歴", "History")
    static let noHistory = Message("まだ何も見せていません。", "Nothing was shown yet.")
    static let time = Message("日時（UTC）", "Time (UTC)")
    static let outcome = Message("結果", "Result")
    static let whatWasShown = Message("見せたもの", "What was shown")
}

extension HistoryEntry.Outcome {
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

extension HistoryEntry {
    /// The time as `2026-11-28T01:02:03Z`.
    public var timeText: String {
        Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
    }
}
