// The shapes of one logical line: its head, and what may follow it.
parser grammar InstructionParser;
options { tokenVocab = InstructionLexer; }

head : KEYWORD FLAG* ( FLAGS_END | REST )? EOF ;

words : WORD* EOF ;

quotedWords : QUOTED_WORD* EOF ;

jsonArray : JSON_OPEN ( jsonValue ( JSON_COMMA jsonValue )* )? JSON_CLOSE EOF ;

jsonValue : JSON_STRING | otherValue ;

// Valid JSON that no exec form may hold.
otherValue
  : JSON_NUMBER
  | JSON_LITERAL
  | JSON_OPEN ( jsonValue ( JSON_COMMA jsonValue )* )? JSON_CLOSE
  | JSON_OBJECT_OPEN ( jsonMember ( JSON_COMMA jsonMember )* )? JSON_OBJECT_CLOSE
  ;

jsonMember : JSON_STRING JSON_COLON jsonValue ;
