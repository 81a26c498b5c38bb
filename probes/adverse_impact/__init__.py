"""Are members of some groups selected at a lower rate, as the rules on employment count it?"""
