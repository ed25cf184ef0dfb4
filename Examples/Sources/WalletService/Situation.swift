public import Pages
public import Tegata

/// What a wallet was doing when something was refused: the same reason calls for other words.
public enum Situation: Sendable {
    /// A card is fetched.
    case receiving
    /// A card is shown.
    case showing
    /// A card is read, or deleted.
    case keeping
    /// A card is settled.
    case settling
    /// A benefit is used.
    case using
    /// Two cards are linked.
    case linking
    /// Something is done as one of the members.
    case acting
    /// Notices are fetched, or answered.
    case reading
    /// A browser is to be woken when there is mail.
    case waking
    /// A wallet's file is written or read.
    case moving

    /// What happened, and what to do next.
    public func words(for refusal: Refusal) -> (happened: Message, next: Message) {
        switch (self, refusal) {
        case (.receiving, .unauthorized):
            (
                Message(
                    "コードが違うか、この申し出はもう使えません。", "The code is wrong, or the offer is none any more."),
                Message("発行者の画面のコードを確かめてください。", "Look at the code where the offer was made.")
            )
        case (.receiving, .limitExceeded):
            (
                Message(
                    "コードの間違いが多すぎるか、発行者が混み合っています。",
                    "There were too many wrong codes, or too many requests."),
                Message("発行者の画面で新しいコードを受け取ってください。", "Ask for a new code where the offer was made.")
            )
        case (.receiving, .holderBindingInvalid):
            (
                Message("この申し出は別の会員証入れのためのものです。", "This offer is for another wallet."),
                Message(
                    "手続きを始めた会員証入れで受け取ってください。", "Receive it with the wallet that it was made for.")
            )
        case (.receiving, .expired), (.receiving, .replayed):
            (
                Message("この申し出はもう使えません。", "This offer cannot be used any more."),
                Message("発行者のページからやり直してください。", "Start again on the issuer's page.")
            )
        case (.receiving, .issuerUntrusted):
            (
                Message("発行者を確認できませんでした。", "It could not be established who the issuer is."),
                Message("発行者のページからやり直してください。", "Start again on the issuer's page.")
            )
        case (.showing, .issuerUntrusted):
            (
                Message(
                    "求めている相手を、この会員証入れは信頼していません。何も送っていません。",
                    "This wallet does not trust who asks. Nothing was sent."),
                Message("相手を信頼するには wallet trust を使います。", "To trust a verifier use: wallet trust.")
            )
        case (.showing, .signatureInvalid):
            (
                Message(
                    "求めが途中で変えられています。何も送っていません。",
                    "The question was changed on the way. Nothing was sent."),
                Message("相手のページからやり直してください。", "Start again on the page that asked.")
            )
        case (.showing, .typeMismatch):
            (
                Message("求められた会員証がありません。", "No card here is what was asked for."),
                Message("求められた版の会員証を受け取ってください。", "Receive a card of the edition that is asked for.")
            )
        case (.showing, .conflict), (.showing, .expired):
            (
                Message("この求めはもう終わっています。", "This question is over."),
                Message("相手のページからやり直してください。", "Start again on the page that asked.")
            )
        case (.keeping, .malformed):
            (
                Message(
                    "この番号の会員証は、ないか、読み取れません。",
                    "There is no card of this number, or it cannot be read."),
                Message("一覧を確かめてください。", "Look at the list.")
            )
        case (.keeping, .unauthorized):
            (
                Message(
                    "会員証入れのファイルは、変えられたか、別の会員証入れのものです。",
                    "The wallet's file was changed, or is another wallet's."),
                Message("控えから元に戻してください。", "Put it back from a copy.")
            )
        case (.using, .soldOut):
            (
                Message("この期間の分は使い切りました。", "All uses of this window are gone."),
                Message("次の期間までお待ちください。", "Wait for the next window.")
            )
        case (.using, .typeMismatch):
            (
                Message(
                    "この特典のある会員証がないか、会員証がこの期間の名簿より新しいものです。",
                    "No card here has this benefit, or it is newer than the list of this window."),
                Message(
                    "店で、使える会員証と次の期間を確かめてください。",
                    "Ask the shop which cards have it, and when the next window begins.")
            )
        case (.using, .limitExceeded):
            (
                Message(
                    "紛れる会員が少なすぎます。何も渡していません。",
                    "There are too few members to be one of. Nothing was given."),
                Message(
                    "店でもう一度読み取り、少なくてよければ同意してください。",
                    "Scan the shop's code again, and agree if few will do.")
            )
        case (.using, .issuerUntrusted), (.using, .signatureInvalid):
            (
                Message(
                    "この店は、特典の約束に載っていません。何も渡していません。",
                    "The terms of this benefit do not name the shop. Nothing was given."),
                Message("発行者に確かめてください。", "Ask the issuer.")
            )
        case (.using, .replayed):
            (
                Message("この回はすでに使われています。", "This use was taken before."),
                Message("店で、もう一度はじめてください。", "Start again at the shop.")
            )
        case (.using, .expired), (.using, .conflict), (.using, .holderBindingInvalid):
            (
                Message("店の求めはもう終わっています。", "The shop's question is over."),
                Message("店で、もう一度はじめてください。", "Start again at the shop.")
            )
        case (.linking, _): linkingWords(refusal)
        case (.acting, .replayed):
            (
                Message(
                    "この会員証では、すでに一度答えています。", "This card has answered once before."),
                Message("おひとり一回です。", "It is once for each member.")
            )
        case (.acting, .typeMismatch):
            (
                Message(
                    "求められた会員証がないか、求められたことにあてはまりません。何も送っていません。",
                    "No card here is what was asked for, or it does not have what is asked. Nothing was sent."
                ),
                Message(
                    "始まってから受け取った会員証は、次の回から使えます。",
                    "A card that came after it began counts the next time.")
            )
        case (.acting, .issuerUntrusted), (.acting, .limitExceeded), (.acting, .signatureInvalid),
            (.acting, .expired), (.acting, .holderBindingInvalid):
            linkingWords(refusal)
        case (.reading, .alreadyClaimed):
            (
                Message("この給付はすでに受け取っています。", "This was received before."),
                Message("心当たりがなければ、担当課に確かめてください。", "If you do not know of it, ask the office.")
            )
        case (.reading, .revoked):
            (
                Message(
                    "お知らせが取り消されたか、この会員証は使えなくなっています。",
                    "The notice was taken back, or the card is not in force any more."),
                Message("もう一度お知らせを受け取ってください。", "Fetch the notices again.")
            )
        case (.reading, .expired):
            (
                Message("回答の期限が過ぎました。", "The time for an answer is over."),
                Message("担当課に確かめてください。", "Ask the office.")
            )
        case (.reading, .conflict):
            (
                Message("このお知らせには、すでに別の回答をしています。", "Another answer was given to this notice."),
                Message("もう一度お知らせを受け取ってください。", "Fetch the notices again.")
            )
        case (.waking, .unsupported):
            (
                Message("この発行者は、届いたときの合図を送りません。", "This issuer sends no signals."),
                Message("お知らせは会員証のページで受け取ってください。", "Fetch the mail on the card's page.")
            )
        case (.waking, .issuerUntrusted):
            (
                Message(
                    "発行者は、このブラウザーの宛先に合図を送れません。",
                    "The issuer does not send signals to this browser's address."),
                Message("お知らせは会員証のページで受け取ってください。", "Fetch the mail on the card's page.")
            )
        case (.moving, .unauthorized):
            (
                Message(
                    "合言葉や数字が違うか、ファイルが変えられています。何も変わっていません。",
                    "Passphrase or digits are not right, or the file was changed. Nothing has changed here."
                ),
                Message("入力を確かめて、やり直してください。", "Look at what you typed, and start again.")
            )
        case (.moving, .malformed), (.moving, .typeMismatch):
            (
                Message(
                    "会員証入れのファイルや文字列ではありません。何も変わっていません。",
                    "That is no wallet's file, or no text of a move. Nothing has changed here."),
                Message("ファイルや文字列を確かめてください。", "Look at what was given.")
            )
        case (.moving, .conflict), (.moving, .expired):
            (
                Message(
                    "二つの会員証入れのやりとりが途切れたか、途中で変えられました。",
                    "The two wallets lost each other, or somebody changed what they said."),
                Message("両方で、はじめからやり直してください。", "Start again on both.")
            )
        case (.settling, .unsupported):
            (
                Message(
                    "この発行者は、精算のための名簿をまだ公開していません。",
                    "This issuer does not publish lists for settling yet."),
                Message("後でもう一度お試しください。", "Please try again later.")
            )
        case (.settling, .notYetValid):
            (
                Message("この会員証の手続きは、まだ名簿に載っていません。", "No list has this card's session yet."),
                Message("数時間後にもう一度お試しください。", "Please try again in some hours.")
            )
        case (.settling, .limitExceeded):
            (
                Message("名簿の人数が少なく、まだ紛れることができません。", "The list is too small to hide among."),
                Message("人数が増えてから、もう一度お試しください。", "Please try again when more people are in it.")
            )
        default: (refusal.whatHappened, refusal.whatToDo)
        }
    }
}
