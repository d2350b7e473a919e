import type { Language } from "../errors/language.ts";

/** What mail and text messages say: nothing of the owner, and no link, so that nobody learns to follow one. */
interface MessageTexts {
  /** Of both kinds of mail; a mail's own code is not shown before it is opened. */
  readonly subject: string;
  readonly code: (code: string) => string;
  readonly notice: string;
}

/**
 * Each fits into one text message: 160 characters of the GSM alphabet (3GPP TS 23.038), or 70 of UCS-2 where a
 * language needs it.
 */
export const messageTexts: Readonly<Record<Language, MessageTexts>> = {
  en: {
    subject: "A message from your authenticator app",
    code: (code) =>
      `${code} is your verification code. It is valid for 10 minutes. Do not give it to anyone.`,
    notice: "Something happened to the backup of your authenticator app. Open the app to see what it was.",
  },
  "zh-Hant": {
    subject: "來自驗證器 App 的訊息",
    code: (code) => `您的驗證碼是 ${code}，10 分鐘內有效。請勿告訴任何人。`,
    notice: "您的驗證器 App 備份發生了變動。請開啟 App 查看詳情。",
  },
  "zh-Hans": {
    subject: "来自身份验证器应用的消息",
    code: (code) => `您的验证码是 ${code}，10 分钟内有效。请勿告诉任何人。`,
    notice: "您的身份验证器应用备份发生了变动。请打开应用查看详情。",
  },
  ja: {
    subject: "認証アプリからのお知らせ",
    code: (code) => `確認コードは ${code} です。10 分間有効です。誰にも教えないでください。`,
    notice: "認証アプリのバックアップに変更がありました。アプリを開いて内容を確認してください。",
  },
  sv: {
    subject: "Ett meddelande från din autentiseringsapp",
    code: (code) => `${code} är din verifieringskod. Den gäller i 10 minuter. Lämna inte ut den till någon.`,
    notice: "Något har hänt med säkerhetskopian för din autentiseringsapp. Öppna appen för att se vad.",
  },
};
