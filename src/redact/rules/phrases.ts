/** Words for password, key and token in languages that developers write in, by which a sentence announces a secret. */
export const phrases: Record<string, readonly string[]> = {
  German: ["kennwort", "passwort", "zugangsdaten", "schlüssel", "geheimnis"],
  French: ["mot de passe", "clé api", "clé d'api", "clé secrète", "jeton"],
  Spanish: ["contraseña", "clave", "credenciales"],
  Portuguese: ["senha", "chave"],
  Italian: ["parola d'ordine", "chiave", "parola chiave"],
  Russian: ["пароль", "паролем", "пароля", "ключ", "токен"],
  Chinese: ["密码", "密碼", "密钥", "口令", "令牌"],
  Japanese: ["パスワード", "キー", "暗証番号", "トークン"],
  Korean: ["비밀번호", "암호", "키", "토큰"],
  Polish: ["hasło", "hasłem", "klucz"],
  Dutch: ["wachtwoord", "sleutel"],
  Turkish: ["şifre", "parola", "anahtar"],
  Arabic: ["كلمة المرور", "كلمة السر", "مفتاح"],
  Hindi: ["पासवर्ड", "कुंजी"],
  Ukrainian: ["пароль", "паролем", "токен"],
}

/** Pairs of a user and a password: "log in as admin / x", "credentials: app / x". */
export const PAIR = " / "
/** Words of a line that make `a / b` a pair of user and password. */
export const LOGIN_WORDS =
  /log[ -]?in|login|sign[ -]?in|credential|account|user|benutzer|anmeld|zugang|identifiant|usuario|usuário|utente|логин|用户|账号|ユーザー|아이디|użytkownik|creds|ssh|admin/i
