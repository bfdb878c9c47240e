// Two languages beside each other: the reader's first, the other small behind it.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export type Language = 'zh-CN' | 'en';
export interface Words {
  zh: string;
  en: string;
}
export const words = (zh: string, en: string): Words => ({ zh, en });

export const LanguageContext = createContext<Language>('zh-CN');
export const useLanguage = () => useContext(LanguageContext);

export const inLanguage = (text: Words, language: Language) => (language === 'en' ? text.en : text.zh);

// The text in the reader's language alone.
export function One({ text }: { text: Words }) {
  return <>{inLanguage(text, useLanguage())}</>;
}

// The same with the other language behind it.
export function Both({ text }: { text: Words }) {
  const language = useLanguage();
  const other: Language = language === 'en' ? 'zh-CN' : 'en';
  return (
    <>
      {inLanguage(text, language)}{' '}
      <span class="second" lang={other}>
        {inLanguage(text, other)}
      </span>
    </>
  );
}
